"""A patient's record as a question holds it → the same columns of stays that are made of tables.

``{"age", "sex", "admission_type", "admission_location", "discharge_location", "admitted", "admissions": [{"admitted",
"discharged", "admission_type", "diagnoses": [{"icd_code", "icd_version"}]}]}``. What stands at the top is of the stay
that is asked about. That is the last of ``admissions``, the one with the latest ``admitted``, whose ``discharged`` may
be left out while it is not over; or, where ``admitted`` stands at the top, a stay that begins then and is in no list.
All others are its history. What is not known is left out or null; times are as MIMIC-IV writes them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import isfinite, nan

import numpy as np

from contract.clinical.codes import groups_of
from contract.clinical.stays import OPEN, Stays, Texts, ending_before_they_begin, overlapping
from contract.errors import InvalidInputError

MAX_ADMISSIONS = 1_000
MAX_DIAGNOSES = 10_000
MAX_TEXT = 300
MAX_CODE = 20

_TOP = ("age", "sex", "admission_type", "admission_location", "discharge_location", "admitted", "admissions")
_ADMISSION = ("admitted", "discharged", "admission_type", "diagnoses")
_DIAGNOSIS = ("icd_code", "icd_version")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)?", re.ASCII)
_BEGINNING = datetime(1970, 1, 1)
_SECOND = timedelta(seconds=1)


@dataclass
class _Admission:
    admitted: int
    discharged: int
    admission_type: str
    groups: int = 0
    diagnoses: int = 0
    unknown_codes: int = 0


@dataclass(frozen=True)
class Record:
    """What a record says, checked.

    Args:
        index: Which of the admissions is asked about.
        unknown_codes: How many of its codes map to nothing.
    """

    age: float
    sex: str
    admission_location: str
    discharge_location: str
    admissions: Sequence[_Admission] = field(repr=False)
    index: int
    unknown_codes: int


def read_record(inputs: Mapping[str, object]) -> Record:
    """Read one record.

    Raises:
        InvalidInputError: It has not this form, is too large, or its stays contradict each other.
    """
    _require_known(inputs, _TOP, "The record")
    admissions = _admissions(inputs.get("admissions"))
    begins = inputs.get("admitted")
    if begins is not None:
        admissions.append(_Admission(_time(begins, "admitted", "The record"), OPEN, ""))
        index = len(admissions) - 1
        if any(each.admitted > admissions[index].admitted for each in admissions):
            raise _refuse("The record's admitted is before one of its admissions", "admitted")
    elif admissions:
        index = max(
            range(len(admissions)), key=lambda place: (admissions[place].admitted, admissions[place].discharged)
        )
    else:
        raise _refuse(
            "The record has no stay", "admissions", "Send admitted, or admissions of which the last is meant."
        )
    _settle_type(inputs, admissions[index])
    record = Record(
        age=_number(inputs.get("age"), "age"),
        sex=_text(inputs.get("sex"), "sex", "The record"),
        admission_location=_text(inputs.get("admission_location"), "admission_location", "The record"),
        discharge_location=_text(inputs.get("discharge_location"), "discharge_location", "The record"),
        admissions=admissions,
        index=index,
        unknown_codes=sum(each.unknown_codes for each in admissions),
    )
    _require_possible(stays_of([record])[0])
    return record


def stays_of(records: Sequence[Record]) -> tuple[Stays, np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """Put the stays of records in columns, and give the places of those that are asked about."""
    rows = [(number, record, each) for number, record in enumerate(records) for each in record.admissions]
    firsts = np.cumsum([0, *(len(record.admissions) for record in records)])[:-1]
    stays = Stays(
        patients=np.array([number for number, _, _ in rows], np.int64),
        admitted=np.array([each.admitted for _, _, each in rows], np.int64),
        discharged=np.array([each.discharged for _, _, each in rows], np.int64),
        ages=np.array([record.age for _, record, _ in rows], np.float64),
        sexes=_texts([record.sex for _, record, _ in rows]),
        admission_types=_texts([each.admission_type for _, _, each in rows]),
        admission_locations=_texts([record.admission_location for _, record, _ in rows]),
        discharge_locations=_texts([record.discharge_location for _, record, _ in rows]),
        groups=np.array([each.groups for _, _, each in rows], np.int64),
        diagnoses=np.array([each.diagnoses for _, _, each in rows], np.int64),
    )
    return stays, firsts.astype(np.intp) + np.array([record.index for record in records], np.intp)


def _admissions(found: object) -> list[_Admission]:
    if found is None:
        return []
    if not isinstance(found, list) or len(found) > MAX_ADMISSIONS:
        raise _refuse(f"admissions is not a list of at most {MAX_ADMISSIONS:,}", "admissions")
    admissions, left = [], MAX_DIAGNOSES
    for number, each in enumerate(found, start=1):
        admission = _admission(each, f"Admission {number}", left)
        left -= admission.diagnoses
        admissions.append(admission)
    return admissions


def _admission(found: object, where: str, left: int) -> _Admission:
    if not isinstance(found, Mapping):
        raise _refuse(f"{where} is not an object", "admissions")
    _require_known(found, _ADMISSION, where)
    discharged = found.get("discharged")
    admission = _Admission(
        admitted=_time(found.get("admitted"), "admitted", where),
        discharged=OPEN if discharged is None else _time(discharged, "discharged", where),
        admission_type=_text(found.get("admission_type"), "admission_type", where),
    )
    diagnoses = found.get("diagnoses")
    if diagnoses is None:
        return admission
    if not isinstance(diagnoses, list) or len(diagnoses) > left:
        raise _refuse(f"{where}: diagnoses is not a list, or there are more than {MAX_DIAGNOSES:,} in all", "diagnoses")
    for number, each in enumerate(diagnoses, start=1):
        groups = _groups(each, f"{where}, diagnosis {number}")
        admission.groups |= groups
        admission.unknown_codes += groups == 0
    admission.diagnoses = len(diagnoses)
    return admission


def _groups(found: object, where: str) -> int:
    if not isinstance(found, Mapping):
        raise _refuse(f"{where} is not an object", "diagnoses")
    _require_known(found, _DIAGNOSIS, where)
    code, version = found.get("icd_code"), found.get("icd_version")
    if not isinstance(code, str) or not code.strip() or len(code) > MAX_CODE:
        raise _refuse(f"{where}: icd_code is not a text of 1 to {MAX_CODE} signs", "icd_code")
    if isinstance(version, bool) or version not in (9, 10) or not isinstance(version, int):
        raise _refuse(f"{where}: icd_version is neither 9 nor 10", "icd_version")
    return groups_of(code, version)


def _settle_type(inputs: Mapping[str, object], index: _Admission) -> None:
    """Take the type of the stay that is asked about from the top, where it belongs, or from the stay."""
    said = _text(inputs.get("admission_type"), "admission_type", "The record")
    if said and index.admission_type not in ("", said):
        raise _refuse("The record's admission_type is not that of its last admission", "admission_type")
    index.admission_type = said or index.admission_type


def _require_possible(stays: Stays) -> None:
    backward = ending_before_they_begin(stays)
    if backward.any():
        raise _refuse(f"Admission {int(np.argmax(backward)) + 1} is discharged before it is admitted", "admissions")
    together = overlapping(stays)
    if together.any():
        raise _refuse(f"Admission {int(np.argmax(together)) + 1} overlaps with another one", "admissions")


def _require_known(found: Mapping[str, object], keys: Sequence[str], where: str) -> None:
    unknown = [str(key)[:60] for key in found if key not in keys]
    if unknown:
        raise _refuse(f"{where} has unknown {', '.join(unknown[:8])}", unknown[0], f"It may have {', '.join(keys)}.")


def _number(found: object, name: str) -> float:
    if found is None:
        return nan
    try:
        if isinstance(found, int | float) and not isinstance(found, bool) and isfinite(found):
            return float(found)
    except OverflowError:  # a whole number beyond all floats
        pass
    raise _refuse(f"The record's {name} is not a finite number", name)


def _text(found: object, name: str, where: str) -> str:
    if found is None:
        return ""
    if not isinstance(found, str) or len(found) > MAX_TEXT:
        raise _refuse(f"{where}: {name} is not a text of at most {MAX_TEXT} signs", name)
    return found.strip()


def _time(found: object, name: str, where: str) -> int:
    if isinstance(found, str) and _TIME.fullmatch(found):
        try:
            return (datetime.fromisoformat(found[:19]) - _BEGINNING) // _SECOND
        except ValueError:  # no such day
            pass
    raise _refuse(f"{where}: {name} is not a time", name, "Write such as 2196-02-24 14:38:00, without a time zone.")


def _texts(found: Sequence[str]) -> Texts:
    places = {name: place for place, name in enumerate(dict.fromkeys(name for name in found if name))}
    return Texts(np.array([places.get(name, -1) for name in found], np.int64), tuple(places))


def _refuse(why: str, name: str, hint: str = "docs/tasks.md says what a record holds.") -> InvalidInputError:
    return InvalidInputError(f"{why}.", hint=hint, feature=name)
