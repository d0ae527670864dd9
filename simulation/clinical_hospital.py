"""One hospital that doesn't exist, whose deaths follow the published truth: stays, codes and outcomes as columns.

What is *recorded* decides: a stay's risk is that of what its hospital had coded before, so two hospitals that code with
another intensity have other features and one truth. Whoever dies comes no more; the features of the stays before that
are as they were.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from contract.clinical.codes import groups_of
from contract.clinical.quantities import ADMISSION_LOCATIONS, ADMISSION_TYPES
from contract.clinical.stays import SECONDS_A_DAY, Stays, Texts
from contract.names import EnvoyName
from contract.tasks import Task
from contract.tasks.records import raw_matrix
from envoy.cohort import Cohort
from simulation.clinical_codes import CONDITIONS, EPISODES
from simulation.clinical_truth import log_odds

_EPOCH = np.datetime64("2110-01-01T00:00:00", "s").astype(np.int64)
_STAYS_A_PATIENT = 2.4  # MIMIC-IV's mean
_EMERGENCY_TYPES = ("EW EMER.", "EU OBSERVATION", "OBSERVATION ADMIT", "URGENT", "DIRECT EMER.")
_PLANNED_TYPES = ("ELECTIVE", "SURGICAL SAME DAY ADMISSION", "AMBULATORY OBSERVATION")
_EMERGENCY_LOCATIONS = ("EMERGENCY ROOM", "WALK-IN/SELF REFERRAL", "TRANSFER FROM HOSPITAL")
_PLANNED_LOCATIONS = ("PHYSICIAN REFERRAL", "CLINIC REFERRAL")


@dataclass(frozen=True)
class ClinicalProfile:
    """A hospital's size and case mix.

    Args:
        name: The hospital.
        admissions: How many it has.
        icd10_share: Share of them that are coded in ICD-10, the others in ICD-9-CM.
        coding: How likely a condition is coded at a stay, 0 to 1; hospitals lie a factor of three apart.
        age: Mean age at a patient's first admission, in years.
        emergency: Share of the admissions that come unplanned.
    """

    name: EnvoyName
    admissions: int
    icd10_share: float
    coding: float
    age: float
    emergency: float


@dataclass(frozen=True)
class Codes:
    """The codes of all stays, a row each: whose, and which place in the list; and of each stay their version."""

    stays: NDArray[np.intp]
    places: NDArray[np.int64]
    is_icd10: NDArray[np.bool_]

    def groups(self, number: int) -> NDArray[np.int64]:
        """Join the groups of each of ``number`` stays' codes."""
        of_place = _groups_of_places()
        found = np.zeros(number, np.int64)
        np.bitwise_or.at(found, self.stays, of_place[self.is_icd10[self.stays].astype(np.intp), self.places])
        return found

    def texts(self) -> NDArray[np.object_]:
        """Write each code."""
        written = np.array([[nine for nine, _ in _PAIRS], [ten for _, ten in _PAIRS]], dtype=object)
        found: NDArray[np.object_] = written[self.is_icd10[self.stays].astype(np.intp), self.places]
        return found


@dataclass(frozen=True)
class ClinicalHospital:
    """Its stays in the order of patients and time, what became of each, and the log-odds that this was drawn from."""

    stays: Stays
    codes: Codes
    died: NDArray[np.bool_]
    log_odds: NDArray[np.float64]

    def cohort(self, task: Task) -> Cohort:
        """Give the task's rows as an envoy that reads its tables makes them, and in the order of ``log_odds``."""
        raw = raw_matrix(task.features, self.stays, np.arange(len(self.stays)))
        return Cohort(self.stays.patients, task.encode(_filled(task, raw)), self.died.astype(np.int64))


_PAIRS = (*((each.icd9, each.icd10) for each in CONDITIONS), *EPISODES)


@cache
def _groups_of_places() -> NDArray[np.int64]:
    return np.array([[groups_of(pair[version > 9], version) for pair in _PAIRS] for version in (9, 10)])


def clinical_hospital(
    task: Task, profile: ClinicalProfile, first_patient: int, draw: np.random.Generator
) -> ClinicalHospital:
    """Draw a hospital.

    Args:
        task: ``mortality_in_hospital``: its features are what the truth looks at.
        profile: Its size and case mix; it gets exactly so many admissions.
        first_patient: Patients are numbered from here on.
        draw: The source of all.
    """
    patients = round(profile.admissions / _STAYS_A_PATIENT * 1.6) + 20  # more than enough, for some die early
    number = 1 + draw.geometric(1 / (_STAYS_A_PATIENT + 0.4), patients) - 1
    owner = np.repeat(np.arange(patients), number)
    stays, codes = _drawn(profile, owner, number, first_patient, draw)
    odds = log_odds(task, task.encode(_filled(task, raw_matrix(task.features, stays, np.arange(len(stays))))))
    died = draw.random(len(stays)) < 1 / (1 + np.exp(-odds))
    kept = _until_death(owner, died)[: profile.admissions]
    place = np.full(len(stays), -1)
    place[kept] = np.arange(len(kept))
    of_kept = place[codes.stays] >= 0
    kept_codes = Codes(place[codes.stays[of_kept]], codes.places[of_kept], codes.is_icd10[kept])
    return ClinicalHospital(stays.take(kept), kept_codes, died[kept], odds[kept])


def _drawn(
    profile: ClinicalProfile,
    owner: NDArray[np.intp],
    number: NDArray[np.int64],
    first_patient: int,
    draw: np.random.Generator,
) -> tuple[Stays, Codes]:
    patients, size = len(number), len(owner)
    first_age = np.clip(draw.normal(profile.age, 17, patients), 18, 95)
    male, frailty = draw.random(patients) < 0.5, draw.normal(0, 1, patients)
    admitted, discharged = _times(owner, number, frailty, draw)
    years = year_of(admitted) - year_of(admitted)[np.searchsorted(owner, owner)]
    ages = np.floor(first_age)[owner] + years
    is_emergency = draw.random(size) < np.clip(profile.emergency + 0.05 * frailty[owner], 0.05, 0.98)
    codes = _codes(profile, owner, first_age, frailty, male, draw)
    bare = Stays(
        patients=first_patient + owner,
        admitted=admitted,
        discharged=discharged,
        ages=ages.astype(np.float64),
        sexes=Texts(male[owner].astype(np.int64), ("F", "M")),
        admission_types=_texts(is_emergency, _EMERGENCY_TYPES, _PLANNED_TYPES, ADMISSION_TYPES, draw),
        admission_locations=_texts(is_emergency, _EMERGENCY_LOCATIONS, _PLANNED_LOCATIONS, ADMISSION_LOCATIONS, draw),
        discharge_locations=Texts(np.full(size, -1), ()),
        groups=np.zeros(size, np.int64),
        diagnoses=np.bincount(codes.stays, minlength=size),
    )
    return replace(bare, groups=codes.groups(size)), codes


def _times(
    owner: NDArray[np.intp], number: NDArray[np.int64], frailty: NDArray[np.float64], draw: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give each stay its beginning and its end; none overlaps the one before."""
    size, day = len(owner), SECONDS_A_DAY
    length = np.clip(draw.lognormal(np.log(3.5 * day), 0.8, size), 3600, 120 * day).astype(np.int64)
    gap = (2 * day + draw.exponential(1.0, size) * 220 * day * np.exp(-0.4 * frailty[owner])).astype(np.int64)
    passed = np.cumsum(length + gap) - (length + gap)
    first = np.cumsum(number) - number
    begin = draw.integers(0, 90 * 365 * day, len(number))
    admitted = _EPOCH + begin[owner] + passed - passed[first][owner]
    return admitted, admitted + length


def _codes(
    profile: ClinicalProfile,
    owner: NDArray[np.intp],
    age: NDArray[np.float64],
    frailty: NDArray[np.float64],
    male: NDArray[np.bool_],
    draw: np.random.Generator,
) -> Codes:
    """Draw what each patient has, and what of it is coded at each stay, beside that stay's own episodes."""
    size = len(owner)
    base = np.array([each.log_odds for each in CONDITIONS])
    decade = np.array([each.a_decade for each in CONDITIONS])
    odds = base + decade * (age[:, np.newaxis] - 60) / 10 + 0.7 * frailty[:, np.newaxis]
    has = draw.random(odds.shape) < 1 / (1 + np.exp(-odds))
    lasting = has[owner] & (draw.random((size, len(CONDITIONS))) < profile.coding)
    episodes = draw.random((size, len(EPISODES))) < 0.25 * profile.coding
    may_be_pregnant = ~male[owner] & (age[owner] < 45)
    episodes[:, -1] &= may_be_pregnant
    episodes[:, 0] |= ~(lasting.any(axis=1) | episodes.any(axis=1)) & (draw.random(size) < 0.5)
    stays, places = np.nonzero(np.hstack([lasting, episodes]))
    return Codes(stays, places, draw.random(size) < profile.icd10_share)


def _texts(
    is_emergency: NDArray[np.bool_],
    emergency: tuple[str, ...],
    planned: tuple[str, ...],
    names: tuple[str, ...],
    draw: np.random.Generator,
) -> Texts:
    size = len(is_emergency)
    of_emergency = np.array([names.index(each) for each in emergency])[draw.integers(0, len(emergency), size)]
    of_planned = np.array([names.index(each) for each in planned])[draw.integers(0, len(planned), size)]
    return Texts(np.where(is_emergency, of_emergency, of_planned), names)


def year_of(times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the calendar year of each time, in seconds since 1970: MIMIC-IV tells ages by it."""
    return times.astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64) + 1970


def _until_death(owner: NDArray[np.intp], died: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Give the stays up to and with the one in which their patient dies."""
    before: NDArray[np.int64] = np.cumsum(died) - died
    return np.flatnonzero(before - before[np.searchsorted(owner, owner)] == 0)


def _filled(task: Task, raw: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keep raw numbers within the features' bounds; nothing here is beyond them but by the length of a life."""
    for place, feature in enumerate(task.features):
        if feature.kind in ("number", "count"):
            raw[:, place] = np.clip(raw[:, place], feature.minimum, feature.maximum)
    return raw
