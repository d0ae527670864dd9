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
from contract.messages.inference import Answer, BinaryAnswer, RefusedRow
from contract.network import Matrix
from contract.tasks import RISK_LEVELS, Feature, Task

_MAX_NAMED = 8
_UNANSWERED = BinaryAnswer(probability=None, risk_level=None, unknown_codes=0, missing=(), abstained=None)
ANSWERED = frozenset((*RISK_LEVELS, *BinaryAnswer.model_fields, "error"))
"""What the answers' columns are called."""

_NO_CATEGORY = -1.0
"""The raw number of what is none of a feature's categories."""


def matrix_of(frame: pd.DataFrame, task: Task) -> Matrix:
    """Give a frame as rows × the task's features in their order: raw numbers.

    Integers and floats of any width are taken, pandas' nullable ones and objects that are numbers too; of a category
    its texts, of a flag truth values as well. Where a feature may be missing, so may its value and its column.

    Raises:
        InputError: A column is missing, unknown or there twice, or a value is missing or not allowed.
    """
    _require_askable(frame, task)
    columns = [_raw_of(frame, feature) for feature in task.features]
    matrix = np.column_stack(columns) if columns else np.empty((len(frame), 0))
    try:
        task.check_matrix(_with_bounds_kept(matrix, task))
    except InvalidInputError as error:
        raise in_frame(frame, error) from None
    return matrix


def _with_bounds_kept(matrix: Matrix, task: Task) -> Matrix:
    """Give what shall be checked: where the task abstains from what is out of bounds, its answer says so of the row."""
    if not task.is_binary or task.out_of_bounds == "refuse":
        return matrix
    lowest = np.array([feature.minimum for feature in task.features])
    is_beyond = (matrix < lowest) | (matrix > [feature.highest for feature in task.features])
    is_beyond &= [feature.kind != "flag" for feature in task.features]  # neither 0 nor 1 is no flag at all
    return np.where(is_beyond & np.isfinite(matrix), lowest, matrix)


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


def spoken(rows: Matrix, task: Task) -> list[dict[str, object]]:
    """Give rows of raw numbers as a question names them: a category is its text, what is missing null."""
    names = [feature.name for feature in task.features]
    columns = [_spoken(feature, rows[:, place]) for place, feature in enumerate(task.features)]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def parted(frame: pd.DataFrame, name: str | None) -> tuple[pd.DataFrame, pd.Series | None]:
    """Take a column out of a frame: what is left, and the column's values; None where none is named.

    Raises:
        InputError: The frame has no such column, or more than one.
    """
    if name is None:
        return frame, None
    if list(frame.columns).count(name) != 1 or name in ANSWERED:
        why = "is what an answer's column is called" if name in ANSWERED else "is not one column of the frame"
        raise InputError(f"id: {shown(repr(name), 80)} {why}.", hint="Name one of yours.", column=str(name))
    return frame.drop(columns=[name]), frame[name]


def rows_of(frame: pd.DataFrame, task: Task) -> list[dict[str, object]]:
    """Give what stands in each row of a frame, for the director to judge; what JSON has not goes as an empty text.

    Raises:
        InputError: A column is missing, unknown or there twice.
    """
    _require_askable(frame, task)
    names = [str(name) for name in frame.columns]
    rows = frame.astype(object).itertuples(index=False, name=None)
    records = (dict(zip(names, row, strict=True)) for row in rows)
    return [{name: _in_json(value) for name, value in plain_inputs(record).items()} for record in records]


def _in_json(value: object) -> object:
    value = bool(value) if isinstance(value, np.bool_) else value
    is_sound = value is None or isinstance(value, str | bool | int)
    return value if is_sound or (isinstance(value, float) and math.isfinite(value)) else ""


def plain_inputs(inputs: Mapping[str, object]) -> dict[str, object]:
    """Give one patient's inputs in Python's own numbers, None for a missing one; the director names what is wrong."""
    found = {str(name): _plain(value) for name, value in inputs.items()}
    return {name: None if isinstance(each, float) and math.isnan(each) else each for name, each in found.items()}


def answers_of(items: Sequence[Answer | RefusedRow]) -> pd.DataFrame:
    """Give answers as a frame: risk_level, and the probability of each level (NaN where none was told)."""
    given = [None if isinstance(each, RefusedRow) else each for each in items]
    levels = [None if each is None else each.risk_level for each in given]
    risk = pd.Categorical(levels, categories=list(RISK_LEVELS), ordered=True)
    told = [None if each is None else each.probabilities for each in given]
    answers = pd.DataFrame({"risk_level": risk})
    for level in RISK_LEVELS:
        shares = [np.nan if each is None else getattr(each, level) for each in told]
        answers[level] = np.array(shares, dtype=np.float64)
    return answers


def binary_answers_of(items: Sequence[BinaryAnswer | RefusedRow]) -> pd.DataFrame:
    """Give answers of a binary outcome as a frame; a row that was not answered says why in ``abstained``."""
    given = [_UNANSWERED if isinstance(each, RefusedRow) else each for each in items]
    risk = pd.Categorical([each.risk_level for each in given], categories=list(RISK_LEVELS), ordered=True)
    probability = np.array([np.nan if each.probability is None else each.probability for each in given], np.float64)
    return pd.DataFrame(
        {
            "probability": probability,
            "risk_level": risk,
            "unknown_codes": np.array([each.unknown_codes for each in given], np.int64),
            "missing": pd.Series([each.missing for each in given], dtype=object),
            "abstained": pd.Series([each.abstained for each in given], dtype=object),
        }
    )


def put_together(index: "pd.Index[Any]", parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put the answers to a frame's stretches, at least one, together under the frame's index."""
    whole = pd.concat(parts, ignore_index=True)
    whole.index = index
    return whole


def _require_askable(frame: pd.DataFrame, task: Task) -> None:
    if task.is_of_records:
        raise InputError(
            f"A question of task {task.name} is a patient's record, and a frame holds none.",
            hint="Ask about one patient at a time, with the record as a dict.",
        )
    _require_columns(frame, task)


def _require_columns(frame: pd.DataFrame, task: Task) -> None:
    expected = [feature.name for feature in task.features]
    names = list(frame.columns)
    missing = [each.name for each in task.features if each.name not in names and not each.may_be_missing]
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


def _raw_of(frame: pd.DataFrame, feature: Feature) -> Matrix:
    """Give a column's raw numbers."""
    if feature.name not in frame.columns:
        return np.full(len(frame), np.nan)
    is_missing = _missing(frame[feature.name])
    if not feature.may_be_missing or not is_missing.any():
        return _given(frame, feature)
    raw = np.full(len(frame), np.nan)
    raw[~is_missing] = _given(frame.loc[:, [feature.name]][~is_missing], feature)
    return raw


def _given(frame: pd.DataFrame, feature: Feature) -> Matrix:
    """Give the raw numbers of a column of which none may be missing."""
    column = frame[feature.name]
    if feature.kind == "flag" and pd.api.types.is_bool_dtype(column.dtype):
        return column.to_numpy(dtype=np.float64)
    if feature.kind != "category":
        return _numbers_of(frame, feature.name)
    _require_given(frame, feature.name)
    return column.astype(object).map(lambda value: feature.places.get(value, _NO_CATEGORY)).to_numpy(np.float64)


def _spoken(feature: Feature, raw: Matrix) -> list[object]:
    values: list[object] = raw.tolist()
    if feature.kind == "category":
        texts = dict(enumerate(feature.categories))
        values = [texts.get(int(each), "") if each == each else each for each in raw.tolist()]  # "" is no category
    return [None if each != each else each for each in values] if feature.may_be_missing else values


def _numbers_of(frame: pd.DataFrame, name: str) -> Matrix:
    """Give a column as float64."""
    column = frame[name]
    _require_given(frame, name)
    if pd.api.types.is_any_real_numeric_dtype(column.dtype):
        return column.to_numpy(dtype=np.float64)
    values = column.astype(object).to_numpy()
    for row, value in enumerate(values):
        if not _is_number(value):
            _refuse(frame, row, name, f"is of type {type(value).__name__}, not a number", "Turn it into numbers first.")
    return np.array([_as_float(value) for value in values], dtype=np.float64)


def _require_given(frame: pd.DataFrame, name: str) -> None:
    missing = _missing(frame[name])
    if missing.any():
        row = int(np.argmax(missing))
        _refuse(frame, row, name, "is missing", "Drop such rows, or fill them in: frame.dropna() or frame.fillna(…).")


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
