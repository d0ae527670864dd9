"""Questions to a model → rows of raw numbers, and what is known of each row beside: whether it is answered at all."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from typing import IO

import numpy as np
from numpy.typing import NDArray

from contract.errors import InvalidInputError
from contract.network import Matrix
from contract.tasks import Feature, Task, in_row
from contract.tasks.exclusions import left_out
from director.tasks.tables import read_table

_OUTSIDE = math.inf
"""Stands for a value that the task does not know, where such a row is not refused; no sound raw number is infinite."""

_ROWS_AT_ONCE = 4096


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
    """

    raw: Matrix
    missing: NDArray[np.bool_]
    unknown_codes: NDArray[np.int64]
    why: NDArray[np.intp]
    reasons: Sequence[str | None]


def asked_of_one(task: Task, inputs: Mapping[str, object]) -> Asked:
    """Read one question.

    Raises:
        InvalidInputError: It is none, or one that the task refuses.
    """
    raw, unknown_codes = _raw_of(task, inputs)
    return _judged(task, raw[np.newaxis], np.array([unknown_codes]), names_row=False)


def asked_of_many(task: Task, rows: Iterable[Mapping[str, object]]) -> Asked:
    """Read many questions; raises as ``asked_of_one``, with the fact ``row``."""
    if not task.is_of_records and _refuses(task):
        return _judged(task, task.vectorise_rows(rows))
    raws, codes, begun, waiting = [], [], 0, iter(rows)
    while some := list(islice(waiting, _ROWS_AT_ONCE)):
        raw, unknown = _raw_of_some(task, some, begun)
        raws.append(raw)
        codes.append(unknown)
        begun += len(some)
    raw = np.concatenate(raws) if raws else np.empty((0, len(task.features)))
    return _judged(task, raw, np.concatenate(codes) if codes else None)


def asked_in_table(task: Task, table: bytes | IO[bytes]) -> Asked:
    """Read a CSV of questions; raises as ``read_table`` and ``asked_of_many``.

    Raises:
        InvalidInputError: The task's questions are records, which no line of a table holds.
    """
    if task.is_of_records:
        raise InvalidInputError(
            f"A question of task {task.name} is a patient's record, and a CSV holds none.",
            hint="Send a batch as JSON.",
        )
    outside = None if _refuses(task) else _OUTSIDE
    return _judged(task, read_table(table, task, outside=outside)[0])


def _raw_of(task: Task, inputs: Mapping[str, object]) -> tuple[NDArray[np.float64], int]:
    """Read a question's raw numbers, and how many of its codes map to nothing."""
    if task.is_of_records:
        return _raw_of_record(task, inputs)
    if _refuses(task):
        return task.vectorise(inputs), 0
    task.require_features(inputs)
    return np.array([_raw_or_outside(feature, inputs.get(feature.name)) for feature in task.features]), 0


def _raw_or_outside(feature: Feature, value: object) -> float:
    try:
        return feature.value_of(value)
    except InvalidInputError as error:
        if error.is_out_of_bounds:
            return _OUTSIDE
        raise


def _raw_of_some(task: Task, rows: Sequence[Mapping[str, object]], begun: int) -> tuple[Matrix, NDArray[np.int64]]:
    if not task.is_of_records:
        try:  # mostly all are within their bounds: then many are read at once
            return task.vectorise_rows(rows), np.zeros(len(rows), np.int64)
        except InvalidInputError as error:
            if not error.is_out_of_bounds:
                raise _counted_on(error, begun) from None
    raw, codes = np.empty((len(rows), len(task.features))), np.zeros(len(rows), np.int64)
    for place, inputs in enumerate(rows):
        try:
            raw[place], codes[place] = _raw_of(task, inputs)
        except InvalidInputError as error:
            raise in_row(error, begun + place + 1) from None
    return raw, codes


def _counted_on(error: InvalidInputError, begun: int) -> InvalidInputError:
    row, feature = int(error.facts["row"] or 0), error.facts.get("feature")
    sentence = error.sentence.removeprefix(f"Row {row}: ")
    return in_row(InvalidInputError(sentence, hint=error.hint, feature=feature), begun + row)


def _raw_of_record(task: Task, inputs: Mapping[str, object]) -> tuple[NDArray[np.float64], int]:
    name = "contract.tasks.records"
    if find_spec(name) is None:
        raise InvalidInputError(
            f"Questions of task {task.name} are patients' records, which this version does not read yet.",
            hint="Ask about a task whose features are columns of a table.",
        )
    raw, unknown_codes = import_module(name).raw_of_record(task, inputs)
    return raw, unknown_codes


def _judged(
    task: Task, raw: Matrix, unknown_codes: NDArray[np.int64] | None = None, *, names_row: bool = True
) -> Asked:
    """Hold rows of raw numbers against the features' bounds and the task's exclusions."""
    why = np.zeros(len(raw), np.intp)
    reasons: list[str | None] = [None]
    for is_so, reason in _doubts(task, raw):
        found = is_so & (why == 0)
        if not found.any():
            continue
        if _refuses(task):
            error = InvalidInputError(reason, hint=f"Task {task.name} gives no answer for such a patient.")
            raise in_row(error, int(np.argmax(found)) + 1) if names_row else error
        why[found] = len(reasons)
        reasons.append(reason)
    missing = np.isnan(raw)
    if len(reasons) > 1:  # whatever stands there, the network shall see numbers
        raw = np.where((why > 0)[:, np.newaxis], [feature.minimum for feature in task.features], raw)
    codes = np.zeros(len(raw), np.int64) if unknown_codes is None else unknown_codes
    return Asked(raw, missing, codes, why, reasons)


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
        for text, holds in left_out(task.exclusions, task.features, raw).items():
            yield holds, f"The task leaves out patients with {text}."


def _outside(feature: Feature) -> str:
    if feature.kind == "category":
        return f"Feature {feature.name} is none of its categories."
    return f"Feature {feature.name} is outside {feature.minimum:g} to {feature.maximum:g} {feature.unit}."
