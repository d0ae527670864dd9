"""A table's file, CSV or Parquet → chunks of text cells of the columns that are asked for, with each row's number.

polars is imported late: only who has a Parquet file needs it.
"""

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from envoy.errors import SettingsError
from envoy.file_forms import HEAD_BYTES, form_of
from envoy.reading_progress import tell_rows
from envoy.table_checks import Cells, Chunk
from envoy.table_files import TableFileError, explained, find_dialect, read_chunks, read_header
from envoy.table_sources import FoundTable

if TYPE_CHECKING:
    import polars as pl

_LARGEST_WHOLE = 2.0**53
_PARQUET = b"PAR1"
_IN_THE_MAP = "If that is meant, say so in the map file: separator = '…'."


class OwnFile:
    """A table's file.

    Args:
        table: Where it lies.
        separator: What stands between its cells, if it is a text without a line that says so.
    """

    def __init__(self, table: FoundTable, separator: str) -> None:
        self._table = table
        self._is_parquet = table.name.lower().endswith(".parquet")
        if not self._is_parquet:
            self._dialect = find_dialect(table, separator)

    @property
    def header_line(self) -> int | None:
        """The line that names the columns; None: it is no text."""
        return None if self._is_parquet else self._dialect.header_line

    def header(self) -> list[str]:
        """Read the names of the columns.

        Raises:
            TableFileError: The file is damaged, or no table.
        """
        if self._is_parquet:
            return _parquet_names(self._table)
        try:
            return read_header(self._table, self._dialect)
        except TableFileError as error:
            if error.kind == "wrong_separator":
                raise TableFileError(error.kind, error.sentence, error.row, hint=_IN_THE_MAP) from None
            raise

    def chunks(self, header: list[str], columns: Sequence[str]) -> Iterator[Chunk]:
        """Read the cells of some columns. Rows of a text are known by their line, those of Parquet from 1 on.

        Raises:
            TableFileError: The file is damaged, or a row has more cells than the header.
        """
        if self._is_parquet:
            cells = _parquet_cells(self._table, columns)
            tell_rows(self._table.name, len(cells.lines), is_over=True)
            yield cells
            return
        for chunk in read_chunks(self._table, header, self._dialect):
            yield Chunk({name: chunk.columns[name] for name in columns}, chunk.lines)


def _parquet_names(table: FoundTable) -> list[str]:
    try:
        import polars as pl
    except ImportError:
        raise SettingsError("Parquet can't be read here.", hint="pip install polars, or export a CSV.") from None
    try:
        with explained(), table.open() as stream:
            data = stream.read()
        form = form_of(data[:HEAD_BYTES]) if not data.startswith(_PARQUET) else None
        if form is not None:
            said = f"The file is named .parquet, but is {form.is_a}."
            raise TableFileError("not_parquet", said, hint=form.hint)
        return list(pl.read_parquet_schema(io.BytesIO(data)))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _no_parquet(error) from None


def _parquet_cells(table: FoundTable, columns: Sequence[str]) -> Chunk:
    import polars as pl

    try:
        with table.open() as stream:
            frame = pl.read_parquet(io.BytesIO(stream.read()), columns=list(columns))
        whole = [name for name, dtype in frame.schema.items() if dtype.is_float() and _is_whole(frame[name])]
        texts = frame.fill_nan(None).cast(dict.fromkeys(whole, pl.Int64)).cast(pl.String).fill_null("")
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _no_parquet(error) from None
    cells = {}
    for name in columns:
        codes, found = pd.factorize(texts[name].to_numpy())
        cells[name] = Cells(codes, pd.Series(found, dtype=object))
    return Chunk(cells, np.arange(1, len(frame) + 1, dtype=np.int64))


def _is_whole(column: "pl.Series") -> bool:
    """Tell of floats whether they are whole numbers, as those are that have gaps: 7.0 is the patient 7."""
    values = column.drop_nulls().drop_nans().to_numpy()
    return bool(((values == np.floor(values)) & (np.abs(values) < _LARGEST_WHOLE)).all())


def _no_parquet(error: Exception) -> TableFileError:
    return TableFileError("not_parquet", f"The file can't be read as Parquet: {str(error).splitlines()[0][:160]}.")
