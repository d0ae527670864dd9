"""The short way into a table: chunks of bytes → typed columns, for tables that are as MIMIC-IV writes them.

It knows no defects: whatever it does not expect, a blank too many as well as a broken row, ends it with ``NotPlain``,
and the careful way (``envoy.tables``), which names every defect by its place, is for all that. So it may be strict, and
must be: what it lets through, the careful way would have let through.
"""

import zlib
from collections.abc import Iterator, Mapping
from typing import IO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from contract.clinical.stays import Texts
from envoy.reading_progress import tell_rows
from envoy.table_checks import Findings, check_header
from envoy.table_files import TableFileError, opened, read_header
from envoy.table_schemas import TableSchema
from envoy.table_sources import FoundTable

BLOCK_BYTES = 1 << 24
_LINE, _QUOTE = ord("\n"), ord('"')
_TIME = "%Y-%m-%d %H:%M:%S"
_TIME_LENGTH = len("2196-02-24 14:38:00")
_DATE_LENGTH = len("2196-02-24")
Types = Mapping[str, type[pl.DataType]]


class NotPlain(Exception):
    """The table is not as MIMIC-IV writes them: the careful way says what is wrong, or that nothing is."""


def read_frames(table: FoundTable, schema: TableSchema, types: Types) -> Iterator[pl.DataFrame]:
    """Read the columns of a table, some ten megabytes of it at a time.

    Raises:
        NotPlain: It is not what it should be.
        EnvoyError: The bucket that it lies in can't be read.
    """
    try:
        header = read_header(table)
        if not check_header(header, schema, Findings(table.name)):
            raise NotPlain
        places = [header.index(name) for name in types]
        kinds = {str(place): types.get(name, pl.String) for place, name in enumerate(header)}
        rows = 0
        with opened(table) as stream:
            for block in _blocks(stream):
                frame = pl.read_csv(block, has_header=False, schema=kinds, columns=places)
                rows += len(frame)
                tell_rows(table.name, rows)
                yield frame.rename({str(header.index(name)): name for name in types}).select(*types)
        tell_rows(table.name, rows, is_over=True)
    except (TableFileError, OSError, EOFError, zlib.error, pl.exceptions.PolarsError):
        raise NotPlain from None


def whole(frame: pl.DataFrame, name: str) -> NDArray[np.int64]:
    """Give a column of whole numbers, all of them there and none below 0."""
    column = frame[name]
    if column.null_count():
        raise NotPlain
    numbers = column.to_numpy().astype(np.int64, copy=False)
    if len(numbers) and not 0 <= numbers.min() <= numbers.max() < 10**18:
        raise NotPlain
    return numbers


def times(frame: pl.DataFrame, name: str) -> NDArray[np.int64]:
    """Give a column of times, all of them there, in seconds since 1970."""
    column = frame[name]
    if column.null_count():
        raise NotPlain
    return _times(column).to_numpy()


def days(frame: pl.DataFrame, name: str, otherwise: int) -> NDArray[np.int64]:
    """Give a column of times as days since 1970, and another number where there is none."""
    column = frame[name]
    there = column.drop_nulls()
    is_date = bool((there.str.len_bytes() == _DATE_LENGTH).all())
    found = _times(column + " 00:00:00" if is_date else column)
    return (found // 86_400).fill_null(otherwise).to_numpy()


def texts(frame: pl.DataFrame, name: str) -> Texts:
    """Give a column of texts; an empty one is none."""
    column = frame[name].str.strip_chars()
    names = column.unique().drop_nulls().sort().to_list()
    names = [each for each in names if each]
    places = column.cast(pl.Enum(names), strict=False).to_physical().cast(pl.Int64).fill_null(-1)
    return Texts(places.to_numpy(), tuple(names))


def matching(frame: pl.DataFrame, name: str, pattern: str) -> pl.Series:
    """Give a column of texts of which all are there and have a form."""
    column = frame[name]
    if column.null_count() or not column.str.contains(f"^(?:{pattern})$").all():
        raise NotPlain
    return column


def _times(column: pl.Series) -> pl.Series:
    """Read times; a second of 60, which no day in these tables has, is none."""
    there = column.drop_nulls()
    if not ((there.str.len_bytes() == _TIME_LENGTH) & (there.str.slice(17, 2) < "60") & (there >= "0001")).all():
        raise NotPlain
    found = column.str.to_datetime(_TIME, time_unit="us", strict=False)
    if found.null_count() != column.null_count():
        raise NotPlain
    return found.dt.epoch("s")


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """Give the lines below the header, whole ones, many at a time."""
    rest, is_first = b"", True
    while True:
        read = stream.read(BLOCK_BYTES)
        block = rest + read
        cut = block.rfind(b"\n") + 1 if read else len(block)
        block, rest = block[:cut], block[cut:]
        if is_first and block:
            block = block[block.find(b"\n") + 1 :] if b"\n" in block else b""
            is_first = False
        if block:
            yield _checked(block)
        if not read:
            return


def _checked(block: bytes) -> bytes:
    """Let nothing through that the careful way would look at twice: zero bytes, signs, breaks in quotes, no UTF-8."""
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n")
    if b"\0" in block or b"\r" in block or b"+" in block:
        raise NotPlain
    if not block.isascii():
        try:
            block.decode()
        except UnicodeDecodeError:
            raise NotPlain from None
    if b'"' in block:
        signs = np.frombuffer(block, np.uint8)
        before = np.searchsorted(np.flatnonzero(signs == _QUOTE), np.flatnonzero(signs == _LINE))
        if (before % 2).any():
            raise NotPlain
    return block
