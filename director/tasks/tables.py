"""Tables of patients as CSV: rows × the task's features, in any order of columns, with a label or without."""

import csv
import io
import math
import re
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

import numpy as np

from contract.errors import InvalidInputError
from contract.messages.base import MAX_BATCH_ROWS
from contract.network import Matrix
from contract.tasks import Feature, Task
from director.errors import MalformedRequestError, TooLargeError

_BLOCK_BYTES = 64 * 1024
"""So much is read at once: numpy lets no other thread work until it has parsed what it was given."""

_NOT_PLAIN = re.compile(rb'["\x1c-\x1f\x80-\xff]')
"""Quotes, and what numpy takes for spaces though nobody else does: also bytes that are no UTF-8."""

_TRUTHS = {"true": 1.0, "false": 0.0}
_NO_CATEGORY = -1.0
"""The raw number of a text that is none of a feature's categories: outside its bounds."""

_HINT = "The first line names the columns, each further line holds their values, separated by commas."


def read_table(
    table: bytes | IO[bytes], task: Task, label: str | None = None, *, outside: float | None = None
) -> tuple[Matrix, Sequence[str]]:
    """Read a CSV (RFC 4180, UTF-8 with or without a byte order mark) whose first line names its columns.

    A category is its text, a flag 0 or 1 or true or false; an empty cell, and a column that is not there, is a missing
    value of a feature that may be missing. Holds beside the result no more than a stretch of the table, whatever stands
    in it.

    Args:
        table: The file's bytes, or a file that is open for reading and seeking; it stays the caller's.
        task: Whose features are the columns, in any order.
        label: A further column that must be there; None: there is none.
        outside: What stands for a value that is out of its feature's bounds; None: it is refused.

    Returns:
        Rows × features of raw numbers in the task's order, and each row's label as it stands there (none without one).

    Raises:
        MalformedRequestError: No header, no rows, a row with another number of values, or a line longer than any
            sensible one; the fact ``row`` says where.
        TooLargeError: More rows than a batch takes.
        InvalidInputError: A feature is missing or unknown, or a value is not allowed; the fact ``row`` says where.
    """
    file = io.BytesIO(table) if isinstance(table, bytes) else table
    file.seek(0)
    matrix = _plain_numbers(file, task) if label is None else None
    labels: Sequence[str] = ()
    if matrix is None:
        file.seek(0)
        matrix, labels = _any_values(file, task, label)
    task.check_matrix(matrix if outside is None else _mark(matrix, task, outside))
    return matrix, labels


def _mark(matrix: Matrix, task: Task, outside: float) -> Matrix:
    """Put ``outside`` where a value is out of bounds; gives the same with something sound there."""
    lowest, highest = [each.minimum for each in task.features], [each.highest for each in task.features]
    beyond = ((matrix < lowest) | (matrix > highest)) & np.isfinite(matrix)
    beyond &= [each.kind != "flag" for each in task.features]  # neither 0 nor 1 is no flag at all
    sound = np.where(beyond, lowest, matrix)
    matrix[beyond] = outside
    return sound


def _longest_record(task: Task) -> int:
    """Give how long a line may be: names and numbers need far less."""
    return 64 * 1024 + 128 * len(task.features)


def _plain_numbers(file: IO[bytes], task: Task) -> Matrix | None:
    """Read numbers without quotes, fast; None where something else is there, which the careful way then names."""
    longest = _longest_record(task)
    head = file.readline(longest)
    if not head.endswith(b"\n") or head.count(b'"') % 2:
        return None
    with _records_of(io.BytesIO(head), longest) as records:
        names = _read_names(next(records, [""]), task, None)
    if any(feature.kind == "category" or feature.name not in names for feature in task.features):
        return None
    order = [names.index(feature.name) for feature in task.features]
    may_be_missing = any(feature.may_be_missing for feature in task.features)
    matrices, rows = [], 0
    while block := file.read(_BLOCK_BYTES):
        block += file.readline(longest)
        here = block.count(b"\n") + (not block.endswith(b"\n"))
        rows += here
        if rows > MAX_BATCH_ROWS:
            raise _too_many(rows)
        is_whole = len(block) - block.rfind(b"\n", 0, -1) <= longest
        if not is_whole or not block.strip() or _NOT_PLAIN.search(block):
            return None
        try:
            matrix = np.loadtxt(io.BytesIO(block), delimiter=",", comments=None, ndmin=2, dtype=np.float64)
        except (ValueError, OverflowError):
            return None
        if matrix.shape != (here, len(names)) or (may_be_missing and np.isnan(matrix).any()):
            return None  # a value is missing where nothing stands, not where "nan" does
        matrices.append(matrix[:, order])
    return np.concatenate(matrices) if matrices else None


def _any_values(file: IO[bytes], task: Task, label: str | None) -> tuple[Matrix, list[str]]:
    """Read row by row, whatever is quoted, and name the first that does not fit.

    In a table with a label, which people write, empty lines are nothing; in a batch each line has its answer.
    """
    rows, values, labels = 0, array("d"), []
    with _records_of(file, _longest_record(task)) as records:
        names = _read_names(next(records, [""]), task, label)
        places = [names.index(each.name) if each.name in names else None for each in task.features]
        for record in records:
            if not record and label is not None:
                continue
            rows += 1
            if rows > MAX_BATCH_ROWS:
                raise _too_many(rows)
            values.extend(_raw_numbers(_of_width(record or [""], len(names), rows), task, places, rows))
            if label is not None:
                labels.append(record[names.index(label)])
    if not rows:
        raise MalformedRequestError("The CSV holds no rows.", hint="Send at least one.")
    return np.frombuffer(values).reshape(rows, len(places)), labels


@contextmanager
def _records_of(file: IO[bytes], longest: int) -> Iterator[Iterator[list[str]]]:
    """Let a file's records be read while the block runs; says in its own words what can't be read."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    try:
        yield _records(text, longest)
    except UnicodeDecodeError:
        raise MalformedRequestError("The CSV is not UTF-8.", hint=_HINT) from None
    except csv.Error as error:
        raise MalformedRequestError(f"This is no CSV: {str(error)[:120]}.", hint=_HINT) from None
    finally:
        text.detach()  # else the file would be closed with it


def _records(text: IO[str], longest: int) -> Iterator[list[str]]:
    """Give each record, which quotes may make of many lines.

    Raises:
        MalformedRequestError: One has more characters than ``longest``: it is not read to its end.
    """
    left, number = longest, 0

    def lines() -> Iterator[str]:
        nonlocal left
        while line := text.readline(left + 1):
            left -= len(line)
            if left < 0:
                where = f"Row {number}" if number else "The first line"
                raise MalformedRequestError(f"{where} has more than {longest:,} characters.", hint=_HINT, row=number)
            yield line

    for number, record in enumerate(csv.reader(lines(), strict=True), start=1):  # noqa: B007 - the next one's, for `lines`
        yield record
        left = longest


def _read_names(first: Sequence[str], task: Task, label: str | None) -> list[str]:
    names = [name.strip() for name in first] or [""]
    if len(set(names)) != len(names) or (label is not None and label not in names):
        wanted = f", and {label}" if label is not None else ""
        raise MalformedRequestError(f"The first line must name each column once{wanted}.", hint=_HINT)
    task.require_features([name for name in names if name != label])
    return names


def _of_width(record: Sequence[str], width: int, row: int) -> Sequence[str]:
    if len(record) != width:
        raise MalformedRequestError(
            f"Row {row} has another number of values than the first line names: {len(record)} instead of {width}.",
            hint=_HINT,
            row=row,
        )
    return record


def _raw_numbers(record: Sequence[str], task: Task, places: Sequence[int | None], row: int) -> Iterator[float]:
    for feature, place in zip(task.features, places, strict=True):
        if place is None:
            yield math.nan
            continue
        try:
            yield _raw_number(feature, record[place])
        except ValueError:
            raise InvalidInputError(
                f"Row {row}: feature {feature.name} is not a number.", hint=_HINT, row=row, feature=feature.name
            ) from None


def _raw_number(feature: Feature, text: str) -> float:
    """Read a cell; what is out of bounds is found later, for all rows at once.

    Raises:
        ValueError: It is no number.
    """
    if feature.may_be_missing and not text.strip():
        return math.nan
    if feature.kind == "category":
        place = feature.places.get(text.strip())
        return _NO_CATEGORY if place is None else float(place)
    number = _TRUTHS.get(text.strip().lower()) if feature.kind == "flag" else None
    number = _number(text) if number is None else number
    if feature.may_be_missing and math.isnan(number):
        raise ValueError(text)
    return number


def _number(text: str) -> float:
    """Read a number as other programs do: Python alone takes 1_000, and digits of other scripts."""
    if "_" in text or not text.isascii():
        raise ValueError(text)
    return float(text)


def _too_many(rows: int) -> TooLargeError:
    return TooLargeError(
        f"The CSV holds {rows:,} rows or more.", hint=f"Send at most {MAX_BATCH_ROWS:,} at once.", rows=rows
    )
