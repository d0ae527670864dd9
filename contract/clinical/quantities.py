"""What can be asked about an admission in MIMIC-IV's tables, each with the moment from which it is known.

The moment is the quantity's own: a task that calls it otherwise is wrong. Source of the classes: ``docs/tasks.md``;
names of columns and of their values: MIMIC-IV v2.2, module hosp (Johnson et al. 2023, "MIMIC-IV, a freely accessible
electronic health record dataset").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from contract.clinical.codes import CHAPTERS, COMORBIDITIES

Kind = Literal["count", "number", "flag", "category"]
Availability = Literal["static", "at_admission", "history", "at_discharge", "post_discharge_coded"]
"""Since when a value is known; ``history``: of earlier admissions that were over at the index time."""
Index = Literal["admission", "discharge"]

ROWS_OF_A_PATIENT = "diagnoses_icd: rows per subject_id"
"""The one quantity of a patient, not of an admission: what the demonstration task counts."""

ADMISSION_TYPES = (
    "AMBULATORY OBSERVATION",
    "DIRECT EMER.",
    "DIRECT OBSERVATION",
    "ELECTIVE",
    "EU OBSERVATION",
    "EW EMER.",
    "OBSERVATION ADMIT",
    "SURGICAL SAME DAY ADMISSION",
    "URGENT",
)
EMERGENCIES = frozenset({"DIRECT EMER.", "EW EMER.", "URGENT"})
"""The types of an unplanned admission."""

ADMISSION_LOCATIONS = (
    "AMBULATORY SURGERY TRANSFER",
    "CLINIC REFERRAL",
    "EMERGENCY ROOM",
    "INFORMATION NOT AVAILABLE",
    "INTERNAL TRANSFER TO OR FROM PSYCH",
    "PACU",
    "PHYSICIAN REFERRAL",
    "PROCEDURE SITE",
    "TRANSFER FROM HOSPITAL",
    "TRANSFER FROM SKILLED NURSING FACILITY",
    "WALK-IN/SELF REFERRAL",
)
DISCHARGE_LOCATIONS = (
    "ACUTE HOSPITAL",
    "AGAINST ADVICE",
    "ASSISTED LIVING",
    "CHRONIC/LONG TERM ACUTE CARE",
    "DIED",
    "HEALTHCARE FACILITY",
    "HOME",
    "HOME HEALTH CARE",
    "HOSPICE",
    "OTHER FACILITY",
    "PSYCH FACILITY",
    "REHAB",
    "SKILLED NURSING FACILITY",
)


@dataclass(frozen=True)
class Quantity:
    """One thing that is known of an admission.

    Args:
        availability: Since when.
        kind: As of a feature.
        categories: What MIMIC-IV writes, where it is a category.
        may_be_absent: Whether an admission may have none: a first one has no previous stay.
    """

    availability: Availability
    kind: Kind
    categories: tuple[str, ...] = ()
    may_be_absent: bool = False


QUANTITIES: Mapping[str, Quantity] = {
    "age": Quantity("static", "number"),
    "sex": Quantity("static", "category", ("F", "M")),
    "admission_type": Quantity("at_admission", "category", ADMISSION_TYPES),
    "admission_location": Quantity("at_admission", "category", ADMISSION_LOCATIONS, may_be_absent=True),
    "earlier_admissions": Quantity("history", "count"),
    "admissions_6_months": Quantity("history", "count"),
    "admissions_12_months": Quantity("history", "count"),
    "days_since_discharge": Quantity("history", "number", may_be_absent=True),
    "previous_stay_days": Quantity("history", "number", may_be_absent=True),
    "emergency_share": Quantity("history", "number", may_be_absent=True),
    "earlier_diagnoses": Quantity("history", "count"),
    **{f"charlson_{name}": Quantity("history", "flag") for name in COMORBIDITIES},
    **{f"chapter_{name}": Quantity("history", "flag") for name in CHAPTERS},
    "length_of_stay": Quantity("at_discharge", "number"),
    "discharge_location": Quantity("at_discharge", "category", DISCHARGE_LOCATIONS, may_be_absent=True),
    "stay_diagnoses": Quantity("post_discharge_coded", "count"),
    **{f"stay_charlson_{name}": Quantity("post_discharge_coded", "flag") for name in COMORBIDITIES},
    **{f"stay_chapter_{name}": Quantity("post_discharge_coded", "flag") for name in CHAPTERS},
}
"""Name → the quantity, of every feature that a task of admissions may ask for."""

OUTCOME_COLUMNS = frozenset({"hospital_expire_flag", "deathtime", "dod"})
"""Columns that say the outcome itself: no input, whatever it is called."""

KNOWN_AT: Mapping[str, frozenset[Availability]] = {
    "admission": frozenset({"static", "at_admission", "history"}),
    "discharge": frozenset({"static", "at_admission", "history", "at_discharge", "post_discharge_coded"}),
}
"""The classes that a task may allow at its index time. Codes of the stay come later: a task says that it has them."""


@dataclass(frozen=True)
class OutcomeKind:
    """One outcome of an admission.

    Args:
        index: From when it is looked for.
        needs_days: Whether a task says within how many days.
        says: In words; ``{days}`` stands for the days.
    """

    index: Index
    needs_days: bool
    says: str


OUTCOMES: Mapping[str, OutcomeKind] = {
    "died_in_hospital": OutcomeKind("admission", False, "died during the stay (hospital_expire_flag)"),
    "stayed_longer": OutcomeKind("admission", True, "stayed more than {days} days"),
    "readmitted": OutcomeKind("discharge", True, "discharged alive, admitted again unplanned within {days} days"),
    "died_after_discharge": OutcomeKind("discharge", True, "discharged alive, dead (dod) within {days} days"),
}
"""Name → the outcome."""


def bases_of(source: str) -> frozenset[str]:
    """Give the words of a source, in small letters: ``admissions.deathtime`` names the column deathtime."""
    return frozenset(chain.from_iterable(part.split(".") for part in source.lower().replace(":", " ").split()))
