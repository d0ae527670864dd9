"""Tables of text and numbers → MIMIC-IV files; the same rows always give the same bytes."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import pandas as pd


@contextmanager
def open_table(folder: Path, name: str) -> Iterator[IO[bytes]]:
    """Open ``folder/hosp/NAME.csv.gz`` for writing; no clock and no path goes into the compressed file."""
    path = folder / "hosp" / f"{name}.csv.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=3, mtime=0) as stream:
        yield cast(IO[bytes], stream)


def append_rows(stream: IO[bytes], rows: pd.DataFrame, *, header: bool) -> None:
    """Write rows as comma-separated UTF-8; lone surrogates become the bytes that they were read from."""
    text = rows.to_csv(None, index=False, header=header, lineterminator="\n")
    stream.write(text.encode("utf-8", errors="surrogateescape"))
