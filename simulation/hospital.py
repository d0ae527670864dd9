"""Diagnosis counts → the three tables of one hospital that doesn't exist, in MIMIC-IV's columns; knows no files.

Only the number of diagnoses per patient follows a stated law. Codes, dates, lengths of stay and deaths are plausible
and agree with one another, but no model can rightly learn one from the other: no claim may rest on the outcomes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulation.admission_codes import (
    ANCHOR_YEAR_GROUPS,
    DISCHARGE_LOCATIONS,
    EMERGENCY_LOCATIONS,
    EMERGENCY_TYPES,
    ICD9_CODES,
    ICD10_CODES,
    INSURANCES,
    LANGUAGES,
    MARITAL_STATUSES,
    PLANNED_LOCATIONS,
    PLANNED_TYPES,
    RACES,
)

Counts = NDArray[np.int64]
Minutes = NDArray[np.int64]

_DAY = 24 * 60  # minutes
_EPOCH = np.datetime64("2110-01-01T00:00", "m")  # MIMIC-IV shifts its dates to about 2110 to 2210
_FIRST_ADMISSIONS_SPAN = 90 * 365 * _DAY
_DIAGNOSES_PER_ADMISSION = 14  # the demo's median
_DIES_IN_HOSPITAL = 0.05  # share of patients
_DIES_WITHIN_A_YEAR = 0.12  # share of patients, after the last discharge; MIMIC-IV knows no later deaths
_IS_EMERGENCY = 0.75  # share of admissions


@dataclass(frozen=True)
class HospitalTables:
    """The tables of one hospital, columns as in MIMIC-IV v2.2, ready to be written."""

    patients: pd.DataFrame
    admissions: pd.DataFrame
    diagnoses_icd: pd.DataFrame


@dataclass(frozen=True)
class _Stays:
    """Admissions in the order of patients and time: whose each is, when it begins and ends, and which is the last."""

    patient: NDArray[np.intp]
    admit: Minutes
    discharge: Minutes
    is_last: NDArray[np.bool_]


def hospital_tables(
    counts: Counts, first_subject_id: int, icd10_share: float, rng: np.random.Generator
) -> HospitalTables:
    """Make the tables of a hospital.

    Args:
        counts: Diagnoses of each patient, at least 1: exactly the patient's rows in diagnoses_icd.
        first_subject_id: Patients are numbered from here on; admissions from ten times this number on.
        icd10_share: Share of the admissions that are coded in ICD-10, the others in ICD-9; never both in one.
        rng: The source of all else.
    """
    subject_ids = first_subject_id + np.arange(len(counts))
    stays = _stays(counts, rng)
    hadm_ids = 10 * first_subject_id + np.arange(len(stays.patient))

    fate = rng.random(len(counts))
    dies_in_hospital = fate < _DIES_IN_HOSPITAL
    dies_later = ~dies_in_hospital & (fate < _DIES_IN_HOSPITAL + _DIES_WITHIN_A_YEAR)
    last_discharge = stays.discharge[stays.is_last]
    death = last_discharge + np.where(dies_later, rng.integers(1, 365, len(counts)) * _DAY, 0)

    first_admission = stays.admit[np.searchsorted(stays.patient, np.arange(len(counts)))]
    patients = pd.DataFrame(
        {
            "subject_id": subject_ids,
            "gender": _choice(("F", "M"), len(counts), rng),
            "anchor_age": rng.integers(18, 92, len(counts)),
            "anchor_year": (_EPOCH + first_admission).astype("datetime64[Y]").astype(np.int64) + 1970,
            "anchor_year_group": _choice(ANCHOR_YEAR_GROUPS, len(counts), rng),
            "dod": np.where(dies_in_hospital | dies_later, _texts(death, "D"), ""),
        }
    )
    admissions = _admissions(subject_ids, hadm_ids, stays, dies_in_hospital, rng)
    return HospitalTables(patients, admissions, _diagnoses(counts, subject_ids, hadm_ids, stays, icd10_share, rng))


def _stays(counts: Counts, rng: np.random.Generator) -> _Stays:
    """Give each patient one admission or more, but never more than diagnoses; none overlaps the one before."""
    number = np.minimum(1 + rng.poisson((counts - 1) / _DIAGNOSES_PER_ADMISSION), counts)
    patient = np.repeat(np.arange(len(counts)), number)
    last = np.cumsum(number) - 1
    length = np.clip(rng.lognormal(np.log(3.5 * _DAY), 0.8, len(patient)), 60, 120 * _DAY).astype(np.int64)
    gap = (2 * _DAY + rng.exponential(150 * _DAY, len(patient))).astype(np.int64)
    passed = np.cumsum(length + gap) - (length + gap)  # before each admission, over all patients
    start = rng.integers(0, _FIRST_ADMISSIONS_SPAN, len(counts))
    admit = start[patient] + passed - passed[last - number + 1][patient]
    is_last = np.zeros(len(patient), dtype=bool)
    is_last[last] = True
    return _Stays(patient, admit, admit + length, is_last)


def _admissions(
    subject_ids: Counts,
    hadm_ids: Counts,
    stays: _Stays,
    dies_in_hospital: NDArray[np.bool_],
    rng: np.random.Generator,
) -> pd.DataFrame:
    size = len(hadm_ids)
    dies = stays.is_last & dies_in_hospital[stays.patient]
    is_emergency = rng.random(size) < _IS_EMERGENCY
    registered = stays.admit - rng.integers(30, 720, size)
    left = np.minimum(stays.admit + rng.integers(0, 240, size), stays.discharge)
    discharge_texts = _texts(stays.discharge, "s")
    return pd.DataFrame(
        {
            "subject_id": subject_ids[stays.patient],
            "hadm_id": hadm_ids,
            "admittime": _texts(stays.admit, "s"),
            "dischtime": discharge_texts,
            "deathtime": np.where(dies, discharge_texts, ""),
            "admission_type": np.where(
                is_emergency, _choice(EMERGENCY_TYPES, size, rng), _choice(PLANNED_TYPES, size, rng)
            ),
            "admit_provider_id": _choice([f"P{number:05d}" for number in range(1, 200)], size, rng),
            "admission_location": np.where(
                is_emergency, _choice(EMERGENCY_LOCATIONS, size, rng), _choice(PLANNED_LOCATIONS, size, rng)
            ),
            "discharge_location": np.where(dies, "DIED", _choice(DISCHARGE_LOCATIONS, size, rng)),
            "insurance": _choice(INSURANCES, size, rng),
            "language": _choice(LANGUAGES, size, rng),
            "marital_status": _choice(MARITAL_STATUSES, size, rng),
            "race": _choice(RACES, len(subject_ids), rng)[stays.patient],
            "edregtime": np.where(is_emergency, _texts(registered, "s"), ""),
            "edouttime": np.where(is_emergency, _texts(left, "s"), ""),
            "hospital_expire_flag": dies.astype(np.int8),
        }
    )


def _diagnoses(
    counts: Counts,
    subject_ids: Counts,
    hadm_ids: Counts,
    stays: _Stays,
    icd10_share: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Give each admission one of its patient's diagnoses and deal out the rest; rows unsorted, as in MIMIC-IV."""
    number = np.bincount(stays.patient, minlength=len(counts))
    first = np.cumsum(number) - number
    owner = np.repeat(np.arange(len(counts)), counts - number)
    dealt = first[owner] + (rng.random(len(owner)) * number[owner]).astype(np.int64)
    per_admission = 1 + np.bincount(dealt, minlength=len(hadm_ids))

    admission = np.repeat(np.arange(len(hadm_ids)), per_admission)
    place = np.arange(len(admission)) - (np.cumsum(per_admission) - per_admission)[admission]
    is_icd10 = rng.random(len(hadm_ids)) < icd10_share
    offset, stride = rng.integers(0, 1 << 20, len(hadm_ids)), rng.integers(1, len(ICD9_CODES), len(hadm_ids))
    walk = offset[admission] + stride[admission] * place
    icd9, icd10 = np.array(ICD9_CODES), np.array(ICD10_CODES)
    codes = np.where(is_icd10[admission], icd10[walk % len(icd10)], icd9[walk % len(icd9)])
    rows = pd.DataFrame(
        {
            "subject_id": subject_ids[stays.patient[admission]],
            "hadm_id": hadm_ids[admission],
            "seq_num": place + 1,
            "icd_code": codes,
            "icd_version": np.where(is_icd10, 10, 9)[admission],
        }
    )
    return rows.take(rng.permutation(len(rows)))


def _choice(words: Sequence[str], size: int, rng: np.random.Generator) -> NDArray[np.object_]:
    chosen: NDArray[np.object_] = np.array(words, dtype=object)[rng.integers(0, len(words), size)]
    return chosen


def _texts(minutes: Minutes, unit: str) -> NDArray[np.str_]:
    """Write times as MIMIC-IV does: ``2196-02-24 14:38:00`` for seconds, ``2196-02-24`` for days."""
    texts = np.datetime_as_string((_EPOCH + minutes).astype(f"datetime64[{unit}]"))
    return np.char.replace(texts, "T", " ")
