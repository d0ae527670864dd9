"""Questions to a model → rows of raw numbers, and what is known of each row beside: whether it is answered at all."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import IO

import numpy as np
from numpy.typing import NDArray
from pydantic_core import to_json

from contract.errors import CallerError, InvalidInputError
from contract.network import Matrix
from contract.tasks import Feature, Task, in_row
from contract.tasks.exclusions import left_out
from contract.tasks.records import raw_of_record
from director.inference.beside import NOTHING, PLAIN, Beside, Wanted
from director.tasks.table_heads import require_apart
from director.tasks.tables import read_rows

_OUTSIDE = math.inf
"""Stands for a value that the task does not know, where such a row is not refused; no sound raw number is infinite."""

_ROWS_AT_ONCE = 4096

Faults = dict[int, CallerError] | None
"""Where what is wrong with a row is noted, by its number from 1; None: it is raised."""


@dataclass(frozen=True)
class Asked:
    """Rows of questions.

    Args:
        raw: Rows × features of sound raw numbers, NaN where a value is missing. Of a row that is not answered they
            mean nothing.
        missing: Rows × features: which values were not given.
        unknown_codes: Of each row, how many codes of its record map to nothing.
        why: Of each row, the place in ``reasons`` of why it is not answered.
        reasons: None, for the rows that are answered; then each reason once.
        beside: What is given back with the answers. Of a row with a fault all else means nothing.
    """

    raw: Matrix
    missing: NDArray[np.bool_]
    unknown_codes: NDArray[np.int64]
    why: NDArray[np.intp]
    reasons: Sequence[str | None]
    beside: Beside = NOTHING


def asked_of_one(task: Task, inputs: Mapping[str, object]) -> Asked:
    """Read one question.

    Raises:
        InvalidInputError: It is none, or one that the task refuses.
    """
    row = _raw_of(task, inputs)
    found = _judged(task, row.raw[np.newaxis], names_row=False)
    return _with_records(found, [row]) if task.is_of_records else found


def asked_of_many(task: Task, rows: Iterable[Mapping[str, object]], wanted: Wanted = PLAIN) -> Asked:
    """Read many questions; raises as ``asked_of_one``, with the fact ``row``, unless wrong rows are wanted too."""
    ids: list[bytes] = []
    faults: dict[int, CallerError] | None = {} if wanted.keeps_bad else None
    if wanted.id is not None:
        require_apart(task, wanted.id)
        rows = _without_ids(rows, wanted.id, ids, faults)
    asked = _of_many(task, rows, faults)
    return replace(asked, beside=Beside(wanted, ids, faults or {}))


def _of_many(task: Task, rows: Iterable[Mapping[str, object]], faults: Faults) -> Asked:
    if task.is_of_records:
        found = [_raw_of_row(task, inputs, place, faults) for place, inputs in enumerate(rows)]
        raw = np.array([row.raw for row in found]).reshape(len(found), len(task.features))
        return _with_records(_judged(task, raw, faults=faults), found)
    if _refuses(task) and faults is None:
        return _judged(task, task.vectorise_rows(rows))
    raws, begun, waiting = [], 0, iter(rows)
    while some := list(islice(waiting, _ROWS_AT_ONCE)):
        raws.append(_raw_of_some(task, some, begun, faults))
        begun += len(some)
    return _judged(task, np.concatenate(raws) if raws else np.empty((0, len(task.features))), faults=faults)


def _without_ids(
    rows: Iterable[Mapping[str, object]], name: str, ids: list[bytes], faults: Faults
) -> Iterator[Mapping[str, object]]:
    """Take from each row what is passed through, and keep it as JSON."""
    for row, inputs in enumerate(rows, start=1):
        value = inputs.get(name)
        if name not in inputs or isinstance(value, list | dict):
            why = "has no" if name not in inputs else "has something other than a text or a number in"
            error = InvalidInputError(f"The input {why} {name}.", hint="Give each row its id.", feature=name)
            if faults is None:
                raise in_row(error, row)
            faults[row] = in_row(error, row)
            value = None
        ids.append(to_json(value))
        yield {each: found for each, found in inputs.items() if each != name}


def asked_in_table(task: Task, table: bytes | IO[bytes], wanted: Wanted = PLAIN) -> Asked:
    """Read a CSV of questions; raises as ``read_rows`` and ``asked_of_many``.

    Raises:
        InvalidInputError: The task's questions are records, which no line of a table holds.
    """
    if task.is_of_records:
        raise InvalidInputError(
            f"A question of task {task.name} is a patient's record, and a CSV holds none.",
            hint="Send a batch as JSON.",
        )
    outside = None if _refuses(task) else _OUTSIDE
    found = read_rows(table, task, passed=wanted.id, outside=outside, keeps_bad=wanted.keeps_bad)
    faults = found.faults if wanted.keeps_bad else None
    try:
        asked = _judged(task, found.raw, faults=faults)
    except InvalidInputError as error:
        raise found.placed(error) from None
    if wanted.is_plain:
        return asked
    return replace(
        asked, beside=Beside(wanted, found.ids, {row: found.placed(each) for row, each in found.faults.items()})
    )


@dataclass(frozen=True)
class _Row:
    """One question's raw numbers; of a record also how many codes map to nothing, and why it is not answered."""

    raw: NDArray[np.float64]
    unknown_codes: int = 0
    reason: str | None = None


def _raw_of(task: Task, inputs: Mapping[str, object]) -> _Row:
    if task.is_of_records:
        return _raw_of_record(task, inputs)
    if _refuses(task):
        return _Row(task.vectorise(inputs))
    task.require_features(inputs)
    return _Row(np.array([_raw_or_outside(feature, inputs.get(feature.name)) for feature in task.features]))


def _raw_of_record(task: Task, inputs: Mapping[str, object]) -> _Row:
    """Read a record by the code of training, which says itself what the task does not know."""
    try:
        return _Row(*raw_of_record(task, inputs))
    except InvalidInputError as error:
        if _refuses(task) or not error.is_out_of_bounds:
            raise
        return _Row(np.array([feature.minimum for feature in task.features]), reason=error.sentence)


def _raw_or_outside(feature: Feature, value: object) -> float:
    try:
        return feature.value_of(value)
    except InvalidInputError as error:
        if error.is_out_of_bounds:
            return _OUTSIDE
        raise


def _raw_of_row(task: Task, inputs: Mapping[str, object], place: int, faults: Faults = None) -> _Row:
    try:
        return _raw_of(task, inputs)
    except InvalidInputError as error:
        if faults is None:
            raise in_row(error, place + 1) from None
        faults.setdefault(place + 1, in_row(error, place + 1))
        return _Row(np.array([feature.minimum for feature in task.features]))


def _raw_of_some(task: Task, rows: Sequence[Mapping[str, object]], begun: int, faults: Faults) -> Matrix:
    try:  # mostly all are within their bounds: then many are read at once
        return task.vectorise_rows(rows)
    except InvalidInputError as error:
        if not error.is_out_of_bounds and faults is None:
            raise _counted_on(error, begun) from None
    return np.array([_raw_of_row(task, inputs, begun + place, faults).raw for place, inputs in enumerate(rows)])


def _counted_on(error: InvalidInputError, begun: int) -> InvalidInputError:
    row, feature = int(error.facts["row"] or 0), error.facts.get("feature")
    sentence = error.sentence.removeprefix(f"Row {row}: ")
    return in_row(InvalidInputError(sentence, hint=error.hint, feature=feature), begun + row)


def _with_records(asked: Asked, rows: Sequence[_Row]) -> Asked:
    """Add what the records' own reading found."""
    reasons = list(dict.fromkeys([*asked.reasons, *(row.reason for row in rows)]))
    told = np.array([reasons.index(row.reason) for row in rows], np.intp)
    return replace(
        asked,
        unknown_codes=np.array([row.unknown_codes for row in rows], np.int64),
        why=np.where(told > 0, told, asked.why),
        reasons=reasons,
    )


def _judged(task: Task, raw: Matrix, *, names_row: bool = True, faults: Faults = None) -> Asked:
    """Hold rows of raw numbers against the features' bounds and the task's exclusions."""
    why = np.zeros(len(raw), np.intp)
    reasons: list[str | None] = [None]
    for is_so, reason in _doubts(task, raw):
        found = is_so & (why == 0)
        if not found.any():
            continue
        if _refuses(task):
            error = InvalidInputError(reason, hint=f"Task {task.name} gives no answer for such a patient.")
            if faults is None:
                raise in_row(error, int(np.argmax(found)) + 1) if names_row else error
            for row in (np.flatnonzero(found) + 1).tolist():
                faults.setdefault(row, in_row(error, row))
            continue
        why[found] = len(reasons)
        reasons.append(reason)
    missing = np.isnan(raw)
    if len(reasons) > 1:  # whatever stands there, the network shall see numbers
        raw = np.where((why > 0)[:, np.newaxis], [feature.minimum for feature in task.features], raw)
    return Asked(raw, missing, np.zeros(len(raw), np.int64), why, reasons)


def _refuses(task: Task) -> bool:
    """Tell whether a question that the task does not know is an error: an answer of levels has no place for it."""
    return task.out_of_bounds == "refuse" or not task.is_binary


def _doubts(task: Task, raw: Matrix) -> Iterator[tuple[NDArray[np.bool_], str]]:
    lowest = [feature.minimum for feature in task.features]
    beyond = (raw < lowest) | (raw > [feature.highest for feature in task.features])  # false for NaN
    if beyond.any():
        for place in np.flatnonzero(beyond.any(axis=0)).tolist():
            yield beyond[:, place], _outside(task.features[place])
    if task.exclusions:
        for text, holds in left_out(task.comparisons, raw).items():
            yield holds, f"The task leaves out patients with {text}."


def _outside(feature: Feature) -> str:
    if feature.kind == "category":
        return f"Feature {feature.name} is none of its categories."
    return f"Feature {feature.name} is outside {feature.range}."
