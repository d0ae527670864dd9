"""A table's rows, one by one: each record with its line, and its cells as raw numbers. Knows no whole table."""

import csv
import io
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from contract.errors import InvalidInputError
from contract.tasks import Feature, Task
from director.errors import MalformedRequestError
from director.tasks.table_heads import HINT, of_width, why_no_number

_MOST_ID_CHARACTERS = 1000
_TRUTHS = {"true": 1.0, "false": 0.0}
_NO_CATEGORY = -1.0
"""The raw number of a text that is none of a feature's categories: outside its bounds."""


class RowReader:
    """Reads rows of a table with these names."""

    def __init__(self, task: Task, names: Sequence[str], passed: str | None) -> None:
        self._features = [(each, names.index(each.name) if each.name in names else None) for each in task.features]
        self._width = len(names)
        self._id = None if passed is None else names.index(passed)
        self._may_be_empty = len(names) == 1 and passed is None and task.features[0].may_be_missing
        self.blank = [feature.minimum for feature in task.features]

    def __call__(self, record: Sequence[str], row: int, line: int) -> list[float]:
        """Give a row's raw numbers.

        Raises:
            MalformedRequestError: It has another number of values than there are names, or an endless id.
            InvalidInputError: A cell is no number.
        """
        if not record and not self._may_be_empty:
            raise MalformedRequestError(
                f"Row {row} (line {line}) is empty.",
                hint="Remove empty lines, at the end too: each has its answer.",
                row=row,
                line=line,
            )
        cells = record or [""]
        if len(cells) != self._width:
            raise of_width(len(cells), self._width, row, line)
        if self._id is not None and len(cells[self._id]) > _MOST_ID_CHARACTERS:
            raise MalformedRequestError(
                f"Row {row} (line {line}): the id has more than {_MOST_ID_CHARACTERS:,} characters.",
                hint="Name a column of short ones.",
                row=row,
                line=line,
            )
        return [math.nan if at is None else _cell(feature, cells[at], row, line) for feature, at in self._features]

    def id_in(self, record: Sequence[str]) -> bytes:
        """Give what is passed through, as a cell of CSV; nothing where the row has no such cell."""
        if self._id is None or len(record) <= self._id:
            return b""
        text = record[self._id][:_MOST_ID_CHARACTERS]
        is_plain = text == text.strip() and not any(each in text for each in ',"\r\n')
        return (text if is_plain else f'"{text.replace(chr(34), chr(34) * 2)}"').encode()


def _cell(feature: Feature, text: str, row: int, line: int) -> float:
    try:
        return _raw_number(feature, text)
    except ValueError:
        why, hint = why_no_number(text)
        raise InvalidInputError(
            f"Row {row} (line {line}): feature {feature.name} {why}.",
            hint=hint,
            row=row,
            feature=feature.name,
            line=line,
        ) from None


@contextmanager
def records_of(file: IO[bytes], longest: int, encoding: str = "utf-8-sig") -> Iterator[Iterator[tuple[int, list[str]]]]:
    """Let a file's records be read while the block runs; says in its own words what can't be read."""
    text = io.TextIOWrapper(file, encoding, newline="")
    try:
        yield _records(text, longest)
    except UnicodeError:
        raise MalformedRequestError(
            f"The CSV is not {encoding[:6].upper().rstrip('-')}.", hint="Save it as UTF-8."
        ) from None
    except csv.Error as error:
        raise MalformedRequestError(f"This is no CSV: {str(error)[:120]}.", hint=HINT) from None
    finally:
        text.detach()  # else the file would be closed with it


def _records(text: IO[str], longest: int) -> Iterator[tuple[int, list[str]]]:
    """Give each record, which quotes may make of many lines, with the number of its first line.

    Raises:
        MalformedRequestError: One has more characters than ``longest``: it is not read to its end.
    """
    left, number, line = longest, 0, 1

    def lines() -> Iterator[str]:
        nonlocal left
        while read := text.readline(left + 1):
            left -= len(read)
            if left < 0:
                where = f"Row {number} (line {line})" if number else "The first line"
                raise MalformedRequestError(f"{where} has more than {longest:,} characters.", hint=HINT, row=number)
            yield read

    reader = csv.reader(lines(), strict=True)
    for number, record in enumerate(reader, start=1):  # noqa: B007 - the next one's, for `lines`
        yield line, record
        left, line = longest, reader.line_num + 1


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
