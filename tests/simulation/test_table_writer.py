"""The same rows always give the same bytes."""

import gzip
import time
from pathlib import Path

import pandas as pd

from simulation.table_writer import append_rows, open_table

ROWS = pd.DataFrame({"subject_id": [1, 2], "note": ['a, "b"', "caf\udce9"]})


def written(folder: Path, parts: list[pd.DataFrame]) -> bytes:
    with open_table(folder, "notes") as stream:
        for place, rows in enumerate(parts):
            append_rows(stream, rows, header=place == 0)
    return (folder / "hosp" / "notes.csv.gz").read_bytes()


def test_neither_the_folder_nor_the_moment_is_in_the_bytes(tmp_path: Path) -> None:
    first = written(tmp_path / "a", [ROWS])
    time.sleep(1.1)  # gzip counts in whole seconds
    assert written(tmp_path / "another" / "folder", [ROWS]) == first
    assert written(tmp_path / "a", [ROWS]) == first  # what was there is replaced
    assert [path.name for path in (tmp_path / "a" / "hosp").iterdir()] == ["notes.csv.gz"]


def test_rows_are_comma_separated_and_undecodable_bytes_are_what_they_were(tmp_path: Path) -> None:
    whole = gzip.decompress(written(tmp_path, [ROWS]))
    assert whole == b'subject_id,note\n1,"a, ""b"""\n2,caf\xe9\n'
    assert gzip.decompress(written(tmp_path, [ROWS[:1], ROWS[1:]])) == whole
