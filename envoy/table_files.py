"""Bytes where the hospital keeps them → chunks of text cells with the line of each row; knows no column's meaning.

Every way in which a file can fail to be a comma-separated text leaves as one ``TableFileError`` with a stable kind.
"""

import csv
import gzip
import io
import itertools
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from envoy.errors import DataError
from envoy.file_forms import AS_TEXT, GZIP_MAGIC, HEAD_BYTES, form_of
from envoy.reading_progress import tell_rows
from envoy.table_checks import Cells, Chunk
from envoy.table_sources import FoundTable

CHUNK_ROWS = 200_000  # about 60 MB of text cells at a time, whatever the table's size
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_SEPARATOR_LINE = re.compile(r"\ufeff?\"?sep=(.)\"?\s*", re.IGNORECASE)
_COPY_AGAIN = "Copy or export the file again."
_ALLOW = "Let the user that runs fl-envoy read it, and close a program that holds it open."
_MORE_BEHIND = "Other bytes stand behind the compressed text: something was added to the file after it was compressed."
_CUT_OFF = "Compress the table again; gunzip -c FILE gives the text before those bytes."


@dataclass(frozen=True)
class Dialect:
    """How a text is cut into cells.

    Args:
        separator: What stands between two cells.
        header_line: The line that names the columns.
    """

    separator: str = ","
    header_line: int = 1


COMMAS = Dialect()
"""Comma-separated text: what MIMIC-IV's tables are."""


class TableFileError(DataError):
    """A file can't be read as a table. ``kind`` is its defect's stable word, ``row`` the line where known."""

    def __init__(self, kind: str, sentence: str, row: int | None = None, *, hint: str = _COPY_AGAIN) -> None:
        super().__init__(sentence, hint=hint, kind=kind, row=row)
        self.kind = kind
        self.row = row


def find_dialect(table: FoundTable, separator: str = ",") -> Dialect:
    """Look whether the first line is a spreadsheet's ``sep=``; then what it says counts, else ``separator``.

    Raises:
        TableFileError: The file can't be read.
    """
    with explained(), opened(table) as stream:
        first = stream.readline(64).decode("utf-8", errors="replace")
    said = _SEPARATOR_LINE.fullmatch(first)
    return Dialect(separator) if said is None else Dialect(said[1], 2)


def read_header(table: FoundTable, dialect: Dialect = COMMAS) -> list[str]:
    """Read the names of the columns.

    Raises:
        TableFileError: The file is no text of this dialect, or holds nothing.
    """
    with explained(), opened(table) as stream:
        for _ in range(1, dialect.header_line):
            stream.readline()
        head = stream.read(1 << 16)
    _check_is_text(head)
    text = head.decode("utf-8-sig", errors="replace")
    if not text.strip():
        raise TableFileError("empty_table", "The file holds nothing.")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=dialect.separator)
    header, *first = itertools.islice(lines, 2)
    if _SEPARATOR_LINE.fullmatch(text.splitlines()[0]):
        said = "The first line is a spreadsheet's sep= and names no column."
        raise TableFileError("separator_line", said, 1, hint="Remove that line, so that the header comes first.")
    if not any(name.strip() for name in header):
        raise TableFileError(
            "missing_header", "The first line is blank: it must name the columns.", dialect.header_line
        )
    _check_separator(header, dialect)
    if first and len(first[0]) > len(header):
        raise _too_many_cells(dialect.header_line + 1)
    return [name.strip() for name in header]


def read_chunks(table: FoundTable, header: list[str], dialect: Dialect = COMMAS) -> Iterator[Chunk]:
    """Read the rows below the header, at most ``CHUNK_ROWS`` at a time; blank lines are passed over.

    Bytes that are no UTF-8 come as lone surrogates (U+DC80 to U+DCFF), so that their cell can be named.

    Raises:
        TableFileError: The file is damaged, or a row has more cells than the header.
    """
    breaks_before, rows, above = 0, 0, dialect.header_line - 1
    with explained(above), opened(table) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
        for _ in range(above):
            text.readline()
        frames = pd.read_csv(
            text,
            sep=dialect.separator,
            header=0,
            names=range(len(header)),  # not the header itself: pandas refuses equal names
            index_col=False,
            dtype=object,  # plain str cells: other text types can't hold undecodable bytes
            na_filter=False,
            skip_blank_lines=False,  # a skipped line would shift the line numbers of all that follow
            chunksize=CHUNK_ROWS,
            low_memory=False,
            encoding_errors="surrogateescape",
        )
        for frame in frames:
            columns = {name: _cells(frame[place]) for place, name in enumerate(header)}
            chunk = Chunk(columns, frame.index.to_numpy(dtype=np.int64) + dialect.header_line + 1)
            breaks = _line_breaks(chunk)
            shift = breaks_before + np.cumsum(breaks) - breaks
            breaks_before += int(breaks.sum())
            rows += len(frame)
            tell_rows(table.name, rows)
            yield _without_blank_lines(Chunk(chunk.columns, chunk.lines + shift))
    tell_rows(table.name, rows, is_over=True)


def _cells(column: "pd.Series[str]") -> Cells:
    codes, texts = pd.factorize(column)
    return Cells(codes, pd.Series(texts, dtype=object))


def _line_breaks(chunk: Chunk) -> NDArray[np.int64]:
    """Count the line breaks inside each row's cells: the rows after it lie as many lines further down."""
    breaks = np.zeros(len(chunk.lines), dtype=np.int64)
    for cells in chunk.columns.values():
        if not cells.is_printable:
            breaks += cells.texts.str.count(r"\r\n|\r|\n").to_numpy(dtype=np.int64)[cells.codes]
    return breaks


def _without_blank_lines(chunk: Chunk) -> Chunk:
    is_blank = np.ones(len(chunk.lines), dtype=bool)
    for cells in chunk.columns.values():
        is_blank &= (cells.texts == "").to_numpy(dtype=bool)[cells.codes]
        if not is_blank.any():
            return chunk
    columns = {name: Cells(cells.codes[~is_blank], cells.texts) for name, cells in chunk.columns.items()}
    return Chunk(columns, chunk.lines[~is_blank])


@contextmanager
def opened(table: FoundTable) -> Iterator[IO[bytes]]:
    """Open a table's text, whether it lies there compressed or not."""
    with table.open() as raw:
        head = raw.peek(HEAD_BYTES)[:HEAD_BYTES]
        if not table.name.lower().endswith(".gz"):
            if head.startswith(GZIP_MAGIC):
                hint = "Add .gz to its name."
                raise TableFileError("not_text", "The file is compressed, but not named .gz.", hint=hint)
            yield raw
            return
        if head and not head.startswith(GZIP_MAGIC[: len(head)]):
            raise _no_gzip(head)
        with gzip.open(raw) as text:
            yield cast(IO[bytes], text)


def _no_gzip(head: bytes) -> TableFileError:
    form, named = form_of(head), "The file is named .gz, but is not compressed with gzip"
    if form is None:
        return TableFileError("not_gzip", f"{named}: it looks like plain text.", hint="Take .gz off its name.")
    return TableFileError("not_gzip", f"{named}: it is {form.is_a}.", hint=form.hint)


def _check_is_text(head: bytes) -> None:
    form = form_of(head)
    if form is not None:
        raise TableFileError("not_text", f"The file is {form.is_a}.", form.line, hint=form.hint)


def _check_separator(header: list[str], dialect: Dialect) -> None:
    for separator, word in _SEPARATORS.items():
        if len(header) == 1 and separator != dialect.separator and separator in header[0]:
            ours = _SEPARATORS.get(dialect.separator, repr(dialect.separator))
            raise TableFileError(
                "wrong_separator",
                f"The columns are separated by {word}, not {ours}.",
                dialect.header_line,
                hint=AS_TEXT,
            )


def _too_many_cells(row: int | None) -> TableFileError:
    return TableFileError("too_many_cells", "The row has more cells than the header.", row, hint=AS_TEXT)


@contextmanager
def explained(lines_above: int = 0) -> Iterator[None]:
    """Turn what the readers below us raise into a ``TableFileError``.

    Args:
        lines_above: Lines that they were not shown.
    """
    try:
        yield
    except EOFError:
        raise TableFileError("truncated_file", "The compressed file ends too early.") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        if str(error).startswith("Not a gzipped file"):  # the first bytes were seen to be gzip's
            raise TableFileError("damaged_gzip", _MORE_BEHIND, hint=_CUT_OFF) from None
        raise TableFileError("damaged_gzip", "The compressed file is damaged.") from None
    except (pd.errors.ParserError, csv.Error) as error:
        raise _unparsable(str(error), lines_above) from None
    except OSError as error:
        said = f"The file can't be read: {error.strerror or error}."
        raise TableFileError(
            "unreadable_file", said, hint=_ALLOW if isinstance(error, PermissionError) else _COPY_AGAIN
        ) from None


def _unparsable(said: str, lines_above: int) -> TableFileError:
    """Read the line out of pandas' message; its text is checked by our tests against the installed version."""
    if found := re.search(r"in line (\d+), saw", said):
        return _too_many_cells(int(found[1]) + lines_above)
    if found := re.search(r"EOF inside string starting at row (\d+)", said):
        row = int(found[1]) + 1 + lines_above
        return TableFileError("unclosed_quote", "A quote is opened and never closed.", row, hint=AS_TEXT)
    return TableFileError("not_text", "The file can't be read as comma-separated text.", hint=AS_TEXT)
