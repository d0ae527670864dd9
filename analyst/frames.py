"""Frames in, frames out: a table's columns as numbers, and the answers under the table's own index.

What does not fit the task is named by the row's label and the column, before anything is sent. Knows no network.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from numbers import Integral, Real
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from analyst.errors import InputError
from contract.director_problems import shown
from contract.errors import InvalidInputError
from contract.messages.inference import Answer
from contract.network import Matrix
from contract.tasks import RISK_LEVELS, Task

_MAX_NAMED = 8


def matrix_of(frame: pd.DataFrame, task: Task) -> Matrix:
    """Give a frame as rows × the task's features in their order.

    Integers and floats of any width are taken, pandas' nullable ones and objects that are numbers too; no texts and no
    truth values.

    Raises:
        InputError: A column is missing, unknown or there twice, or a value is missing or not allowed.
    """
    _require_columns(frame, task)
    columns = [_numbers_of(frame, feature.name) for feature in task.features]
    matrix = np.column_stack(columns) if columns else np.empty((len(frame), 0))
    try:
        task.check_matrix(matrix)
    except InvalidInputError as error:
        raise in_frame(frame, error) from None
    return matrix


def in_frame(frame: pd.DataFrame, error: InvalidInputError, request_id: str = "", rows_before: int = 0) -> InputError:
    """Say where in a frame an input is wrong that was found by its row's number.

    Args:
        frame: Where it stands.
        error: What was found; its fact ``row`` counts from 1.
        request_id: By which the director knows the request, where it was the director that found it.
        rows_before: How many of the frame's rows stand before those that were counted.
    """
    row, feature = error.facts.get("row"), error.facts.get("feature")
    column = feature if isinstance(feature, str) and feature in frame.columns else None
    if not isinstance(row, int) or not 0 < row <= len(frame) - rows_before:
        return InputError(error.sentence, hint=error.hint, request_id=request_id, column=column)
    sentence = error.sentence.removeprefix(f"Row {row}: ")
    return _wrong(frame, rows_before + row - 1, column, sentence, error.hint, request_id)


def plain_inputs(inputs: Mapping[str, object]) -> dict[str, object]:
    """Give one patient's inputs in Python's own numbers; what is no number the director names.

    Raises:
        InputError: A value is missing.
    """
    found = {str(name): _plain(value) for name, value in inputs.items()}
    for name, value in found.items():
        if value is None or (isinstance(value, float) and math.isnan(value)):
            raise InputError(f"{shown(name)} is missing.", hint="This task takes no patient without it.", column=name)
    return found


def answers_of(items: Sequence[Answer]) -> pd.DataFrame:
    """Give answers as a frame: risk_level, and the probability of each level (NaN where none was told)."""
    risk = pd.Categorical([each.risk_level for each in items], categories=list(RISK_LEVELS), ordered=True)
    told = [each.probabilities for each in items]
    answers = pd.DataFrame({"risk_level": risk})
    for level in RISK_LEVELS:
        shares = [np.nan if each is None else getattr(each, level) for each in told]
        answers[level] = np.array(shares, dtype=np.float64)
    return answers


def put_together(index: "pd.Index[Any]", parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put the answers to a frame's stretches together, under the frame's index."""
    whole = pd.concat(parts, ignore_index=True) if parts else answers_of([])
    whole.index = index
    return whole


def _require_columns(frame: pd.DataFrame, task: Task) -> None:
    expected = [feature.name for feature in task.features]
    names = list(frame.columns)
    missing = [name for name in expected if name not in names]
    unknown = [name for name in names if name not in expected]
    twice = [name for name in expected if names.count(name) > 1]
    for found, why in ((missing, "lacks"), (unknown, "has, unknown to the task,"), (twice, "has more than once")):
        if found:
            listed = ", ".join(shown(str(name), 60) for name in found[:_MAX_NAMED])
            raise InputError(
                f"The frame {why} {'columns' if len(found) > 1 else 'the column'} {listed}.",
                hint=f"Task {task.name} takes exactly: frame[{expected!r}].",
                column=str(found[0]),
            )


def _numbers_of(frame: pd.DataFrame, name: str) -> Matrix:
    """Give a column as float64."""
    column = frame[name]
    missing = _missing(column)
    if missing.any():
        row = int(np.argmax(missing))
        _refuse(frame, row, name, "is missing", "Drop such rows, or fill them in: frame.dropna() or frame.fillna(…).")
    if pd.api.types.is_any_real_numeric_dtype(column.dtype):
        return column.to_numpy(dtype=np.float64)
    values = column.astype(object).to_numpy()
    for row, value in enumerate(values):
        if not _is_number(value):
            _refuse(frame, row, name, f"is of type {type(value).__name__}, not a number", "Turn it into numbers first.")
    return np.array([_as_float(value) for value in values], dtype=np.float64)


def _missing(column: "pd.Series[Any]") -> "np.ndarray[Any, np.dtype[np.bool_]]":
    try:
        return column.isna().to_numpy(dtype=bool)
    except InvalidOperation:  # pandas compares each with itself, which a decimal that signals does not bear
        return np.array([not isinstance(value, Decimal) and bool(pd.isna(value)) for value in column], dtype=bool)


def _is_number(value: object) -> bool:
    return isinstance(value, Real | Decimal) and not isinstance(value, bool | np.bool_)


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except (OverflowError, ValueError):  # too long for a float, or a decimal that signals: no task has such bounds
        return math.inf


def _plain(value: object) -> object:
    if value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return value
    return int(value) if isinstance(value, Integral) else _as_float(value)


def _refuse(frame: pd.DataFrame, row: int, column: str, why: str, hint: str) -> NoReturn:
    raise _wrong(frame, row, column, f"it {why}.", hint)


def _wrong(
    frame: pd.DataFrame, row: int, column: str | None, sentence: str, hint: str, request_id: str = ""
) -> InputError:
    label = _own(frame.index[row])
    place = f"Row {shown(repr(label), 80)}" + (f", column {shown(column, 80)}" if column is not None else "")
    return InputError(f"{place}: {sentence}", hint=hint, request_id=request_id, row=label, column=column)


def _own(label: Any) -> Hashable:
    """Give a label as Python writes it: numpy's numbers carry their type's name."""
    if isinstance(label, tuple):
        return tuple(_own(each) for each in label)
    own: Hashable = label.item() if isinstance(label, np.generic) else label
    return own
