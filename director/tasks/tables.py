"""Tables of patients as CSV: rows × the task's features, in any order of columns, with a label or without."""

import csv
import io
import re
from collections.abc import Iterator, Sequence

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
    head, _, body = data.partition(b"\n")
    names = _names(head, label)
    task.require_features([name for name in names if name != label])
    places = [names.index(feature.name) for feature in task.features]
    matrix = _plain_numbers(body, len(names)) if label is None and not _NOT_PLAIN.search(body) else None
    labels: Sequence[str] = ()
    if matrix is None:
        rows = list(_rows(body, names))
        _require_row_count(len(rows))
        matrix = _numbers(rows, task, places)
        labels = [row[names.index(label)] for row in rows] if label is not None else ()
    else:
        matrix = matrix[:, places]
    task.check_matrix(matrix)
    return matrix, labels


def _names(head: bytes, label: str | None) -> list[str]:
    try:
        text = head.decode("utf-8-sig").strip("\r")
        names = [name.strip() for name in next(csv.reader([text], strict=True), [""])]
    except UnicodeDecodeError:
        raise MalformedRequestError("The CSV is not UTF-8.", hint=_HINT) from None
    except csv.Error as error:
        raise _no_csv(error) from None
    if len(set(names)) != len(names) or (label is not None and label not in names):
        wanted = f", and {label}" if label is not None else ""
        raise MalformedRequestError(f"The first line must name each column once{wanted}.", hint=_HINT)
    return names


def _plain_numbers(body: bytes, columns: int) -> Matrix | None:
    """Read numbers without quotes, fast; None where one is none, or a row is not like the others."""
    rows = body.count(b"\n") + (not body.endswith(b"\n"))
    _require_row_count(rows if body.strip() else 0)
    try:
        matrix = np.loadtxt(io.BytesIO(body), delimiter=",", comments=None, ndmin=2, dtype=np.float64)
    except (ValueError, OverflowError):
        return None
    return matrix if matrix.shape == (rows, columns) else None


def _rows(body: bytes, names: Sequence[str]) -> Iterator[list[str]]:
    """Read row by row, whatever is quoted, and name the first that does not fit."""
    try:
        text = body.decode()
        for number, read in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            row = read or [""]  # an empty line
            if len(row) != len(names):
                raise MalformedRequestError(
                    f"Row {number} has another number of values than the first line names: "
                    f"{len(read)} instead of {len(names)}.",
                    hint=_HINT,
                    row=number,
                )
            yield row
    except UnicodeDecodeError:
        raise MalformedRequestError("The CSV is not UTF-8.", hint=_HINT) from None
    except csv.Error as error:
        raise _no_csv(error) from None


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


def _require_row_count(rows: int) -> None:
    if rows < 1:
        raise MalformedRequestError("The CSV holds no rows.", hint="Send at least one.")
    if rows > MAX_BATCH_ROWS:
        raise TooLargeError(
            f"The CSV holds {rows:,} rows.", hint=f"Send at most {MAX_BATCH_ROWS:,} at once.", rows=rows
        )


def _no_csv(error: csv.Error) -> MalformedRequestError:
    return MalformedRequestError(f"This is no CSV: {str(error)[:120]}.", hint=_HINT)
