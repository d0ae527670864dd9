"""Columns of admissions → a task's cohort, and what must be known of it: who was left out and why, what codes say.

Nothing is guessed: a stay that contradicts itself or another one of its patient counts nowhere, in no row and in no
history; a row with a value that the task does not know, or without the outcome, is left out, and all are counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.clinical.outcomes import Fates, outcomes_of
from contract.clinical.stays import SECONDS_A_DAY, Rows, ending_before_they_begin, overlapping
from contract.network import Matrix
from contract.tasks import Task
from contract.tasks.exclusions import left_out
from contract.tasks.records import raw_matrix
from envoy.admissions.columns import Columns
from envoy.cohort import Cohort
from envoy.inspection import Remark, Summary

_ROWS_AT_A_TIME = 50_000
_CODED = "post_discharge_coded"


@dataclass(frozen=True)
class Made:
    """A cohort, and what there is to say of it.

    Args:
        cohort: May have no row.
        remarks: What was left out, and what should be known.
        summary: The figures.
    """

    cohort: Cohort
    remarks: tuple[Remark, ...]
    summary: Summary


def make_cohort(task: Task, columns: Columns) -> Made:
    """Make the cohort of a task of admissions.

    Args:
        task: One that ``is_of_records``.
        columns: At least one admission.
    """
    remarks: list[Remark] = []
    sound, codings = without_contradictions(columns, remarks)
    if not len(sound.stays):
        return Made(_nobody(task), tuple(remarks), Summary(0, 0, 0, {}))
    outcomes = outcomes_of(task.outcome.source, task.outcome.days, sound.stays, sound.fates)
    for why, which in outcomes.without.items():
        _note(remarks, "no_outcome", f"admissions {why}: left out", which)
    rows = np.flatnonzero(outcomes.known)
    rows = rows[np.lexsort((sound.stays.admitted[rows], sound.stays.patients[rows]))]
    raw = raw_matrix(task.features, sound.stays, rows)
    kept = _kept(task, raw, remarks)
    if len(kept) < len(rows):
        rows, raw = rows[kept], raw[kept]
    _remark_codes(task, columns, codings[rows], remarks)
    labels = outcomes.happened[rows].astype(np.int64)
    cohort = Cohort(sound.stays.patients[rows], encoded(task, raw), labels)
    return Made(cohort, tuple(remarks), _summary(task, cohort, raw))


def without_contradictions(columns: Columns, remarks: list[Remark]) -> tuple[Columns, Rows]:
    """Leave out the stays that contradict something; tell of the others whether they have a terminal code."""
    stays, fates = columns.stays, columns.fates
    backward = ending_before_they_begin(stays)
    _note(remarks, "discharge_before_admission", "admissions end before they begin: left out", backward)
    contradicted = _contradicted(columns)
    says = "admissions are of patients who were dead before by dod, or left the hospital alive after it: left out"
    _note(remarks, "death_before_discharge", says, contradicted)
    keep = np.flatnonzero(~(backward | contradicted))
    together = overlapping(stays.take(keep))
    _note(remarks, "overlapping_admissions", "admissions overlap with another one of the patient: left out", together)
    keep = keep[~together]
    fates = Fates(fates.died[keep], fates.days_of_death[keep])
    kept = Columns(stays.take(keep), fates, columns.codings, columns.ids[keep])
    return kept, columns.codings.terminal[keep]


def _contradicted(columns: Columns) -> Rows:
    """Find the stays that begin after the day of death, or that the patient left alive after it."""
    stays, fates = columns.stays, columns.fates
    begins, ends = stays.admitted // SECONDS_A_DAY, stays.discharged // SECONDS_A_DAY
    found: Rows = (fates.days_of_death < begins) | (~fates.died & (fates.days_of_death < ends))
    return found


def _kept(task: Task, raw: Matrix, remarks: list[Remark]) -> NDArray[np.intp]:
    """Find the rows that the task does not leave out, and whose values it knows."""
    keep = np.ones(len(raw), dtype=bool)
    for text, which in left_out(task.comparisons, raw).items():
        _note(remarks, "excluded", f"admissions are left out by the task: {text}", which)
        keep &= ~which
    for place, feature in enumerate(task.features):
        unknown = keep & ~feature.sound(raw[:, place])
        _note(remarks, "out_of_bounds", f"admissions have no {feature.name} that the task knows: left out", unknown)
        keep &= ~unknown
    return np.flatnonzero(keep)


def _remark_codes(task: Task, columns: Columns, terminal: Rows, remarks: list[Remark]) -> None:
    codings = columns.codings
    if codings.unknown:
        share = codings.unknown / codings.codes
        sentence = f"{codings.unknown:,} of {codings.codes:,} codes ({share:.1%}) map to no group."
        remarks.append(Remark("unknown_codes", sentence, codings.unknown))
    if _CODED in task.allows and terminal.any():
        number = int(terminal.sum())
        sentence = (
            f"{number:,} of {len(terminal):,} admissions ({number / len(terminal):.1%}) have a code of cardiac arrest, "
            "brain death, palliative care or do-not-resuscitate: inputs of codes tell of the end itself."
        )
        remarks.append(Remark("terminal_codes", sentence, number))


def encoded(task: Task, raw: Matrix) -> Matrix:
    """Encode some rows after the other: all at once would take the memory twice."""
    columns = np.empty((len(raw), len(task.columns)))
    for first in range(0, len(raw), _ROWS_AT_A_TIME):
        some = slice(first, first + _ROWS_AT_A_TIME)
        columns[some] = task.encode(raw[some])
    return columns


def _summary(task: Task, cohort: Cohort, raw: Matrix) -> Summary:
    shares = dict(_missing(task, raw)) if len(raw) else {}
    return Summary.of(task, cohort, shares)


def _missing(task: Task, raw: Matrix) -> Iterator[tuple[str, float]]:
    for place, feature in enumerate(task.features):
        if feature.may_be_missing:
            yield feature.name, float(np.isnan(raw[:, place]).mean())


def _nobody(task: Task) -> Cohort:
    return Cohort(np.zeros(0, np.int64), np.zeros((0, len(task.columns))), np.zeros(0, np.int64))


def _note(remarks: list[Remark], kind: str, says: str, which: Rows) -> None:
    number = int(which.sum())
    if number:
        remarks.append(Remark(kind, f"{number:,} {says}.", number))
