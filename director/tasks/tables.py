"""Tables of patients as CSV: rows × the task's features, in any order of columns, with a label or without."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from contract.errors import InvalidInputError
from contract.messages.base import MAX_BATCH_ROWS
from contract.network import Matrix
from contract.tasks import Task
from director.errors import MalformedRequestError, TooLargeError

_NOT_PLAIN = re.compile(rb'["\x1c-\x1f\x80-\xff]')
"""Quotes, and what numpy takes for spaces though nobody else does: also bytes that are no UTF-8."""

_HINT = "The first line names the columns, each further line holds their values, separated by commas."


def read_table(data: bytes, task: Task, label: str | None = None) -> tuple[Matrix, Sequence[str]]:
    """Read a CSV (RFC 4180, UTF-8 with or without a byte order mark) whose first line names its columns.

    Args:
        data: The file.
        task: Whose features are the columns, in any order.
        label: A further column that must be there; None: there is none.

    Returns:
        Rows × features in the task's order, and each row's label as it stands there (empty without a label).

    Raises:
        MalformedRequestError: No header, no rows, or a row with another number of values; the fact ``row`` says where.
        TooLargeError: More rows than a batch takes.
        InvalidInputError: A feature is missing or unknown, or a value is not allowed; the fact ``row`` says where.
    """
    matrix = _plain_numbers(data, task) if label is None else None
    labels: Sequence[str] = ()
    if matrix is None:
        names, rows = _records(data, task, label)
        matrix = _numbers(rows, task, [names.index(feature.name) for feature in task.features])
        labels = [row[names.index(label)] for row in rows] if label is not None else ()
    task.check_matrix(matrix)
    return matrix, labels


def _plain_numbers(data: bytes, task: Task) -> Matrix | None:
    """Read numbers without quotes, fast; None where something else is there, which the careful way then names."""
    head, _, body = data.partition(b"\n")
    if not body.strip() or _NOT_PLAIN.search(body):
        return None
    names = _read_names(next(_reader(head), [""]), task, None)
    rows = body.count(b"\n") + (not body.endswith(b"\n"))
    if rows > MAX_BATCH_ROWS:
        raise _too_many(rows)
    try:
        matrix = np.loadtxt(io.BytesIO(body), delimiter=",", comments=None, ndmin=2, dtype=np.float64)
    except (ValueError, OverflowError):
        return None
    if matrix.shape != (rows, len(names)):
        return None
    return matrix[:, [names.index(feature.name) for feature in task.features]]


def _records(data: bytes, task: Task, label: str | None) -> tuple[list[str], list[list[str]]]:
    """Read row by row, whatever is quoted, and name the first that does not fit; gives the names and the rows.

    In a table with a label, which people write, empty lines are nothing; in a batch each line has its answer.
    """
    records = _reader(data)
    names = _read_names(next(records, [""]), task, label)
    filled = (row for row in records if row) if label is not None else (row or [""] for row in records)
    rows = list(islice(filled, MAX_BATCH_ROWS + 1))
    for number, row in enumerate(rows, start=1):
        if len(row) != len(names):
            raise MalformedRequestError(
                f"Row {number} has another number of values than the first line names: "
                f"{len(row)} instead of {len(names)}.",
                hint=_HINT,
                row=number,
            )
    if not rows:
        raise MalformedRequestError("The CSV holds no rows.", hint="Send at least one.")
    if len(rows) > MAX_BATCH_ROWS:
        raise _too_many(len(rows))
    return names, rows


def _reader(data: bytes) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    except UnicodeDecodeError:
        raise MalformedRequestError("The CSV is not UTF-8.", hint=_HINT) from None
    except csv.Error as error:
        raise MalformedRequestError(f"This is no CSV: {str(error)[:120]}.", hint=_HINT) from None


def _read_names(first: Sequence[str], task: Task, label: str | None) -> list[str]:
    names = [name.strip() for name in first] or [""]
    if len(set(names)) != len(names) or (label is not None and label not in names):
        wanted = f", and {label}" if label is not None else ""
        raise MalformedRequestError(f"The first line must name each column once{wanted}.", hint=_HINT)
    task.require_features([name for name in names if name != label])
    return names


def _numbers(rows: Sequence[Sequence[str]], task: Task, places: Sequence[int]) -> Matrix:
    matrix = np.empty((len(rows), len(places)))
    for index, row in enumerate(rows):
        for column, (feature, place) in enumerate(zip(task.features, places, strict=True)):
            try:
                matrix[index, column] = _number(row[place])
            except ValueError:
                raise InvalidInputError(
                    f"Row {index + 1}: feature {feature.name} is not a number.",
                    hint=_HINT,
                    row=index + 1,
                    feature=feature.name,
                ) from None
    return matrix


def _number(text: str) -> float:
    """Read a number as other programs do: Python alone takes 1_000, and digits of other scripts."""
    if "_" in text or not text.isascii():
        raise ValueError(text)
    return float(text)


def _too_many(rows: int) -> TooLargeError:
    return TooLargeError(
        f"The CSV holds {rows:,} rows or more.", hint=f"Send at most {MAX_BATCH_ROWS:,} at once.", rows=rows
    )
