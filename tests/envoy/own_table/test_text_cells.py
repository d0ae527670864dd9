"""The two forms of a table's file, as text cells."""

import io

import polars as pl
import pytest

from envoy.own_table.text_cells import OwnFile
from envoy.table_files import TableFileError
from tests.envoy.own_table.lying import Lying


def parquet(**columns: object) -> Lying:
    made = io.BytesIO()
    pl.DataFrame(columns).write_parquet(made)
    return Lying("a.parquet", made.getvalue())


def texts(file: Lying, *columns: str) -> list[list[str]]:
    own = OwnFile(file, ",")
    found: list[list[str]] = [[] for _ in columns]
    for chunk in own.chunks(own.header(), columns):
        for column, name in zip(found, columns, strict=True):
            column += chunk.columns[name].texts.to_numpy(object)[chunk.columns[name].codes].tolist()
    return found


def test_only_the_columns_that_are_asked_for_come() -> None:
    file = Lying("a.csv", b"x,y,z\n1,2,3\n4,5,6\n")
    (chunk,) = OwnFile(file, ",").chunks(["x", "y", "z"], ["z", "x"])
    assert (list(chunk.columns), chunk.lines.tolist()) == (["z", "x"], [2, 3])
    assert texts(file, "z", "x") == [["3", "6"], ["1", "4"]]


def test_what_parquet_holds_is_written_as_a_text_would_have_it() -> None:
    file = parquet(a=[1, None], b=[True, False], c=[1.0, None], d=[1.5, float("nan")], e=["é", ""], f=[1e300, 2.0])
    assert OwnFile(file, ",").header() == ["a", "b", "c", "d", "e", "f"]
    assert texts(file, *"abcdef") == [
        ["1", ""],
        ["true", "false"],
        ["1", ""],
        ["1.5", ""],
        ["é", ""],
        ["1e+300", "2.0"],
    ]


def test_a_line_that_names_the_separator_counts_more_than_what_was_said() -> None:
    assert OwnFile(Lying("a.csv", b"sep=;\nx;y\n1;2\n"), ",").header() == ["x", "y"]
    assert OwnFile(Lying("a.csv", b"x|y\n1|2\n"), "|").header() == ["x", "y"]
    with pytest.raises(TableFileError, match="separated by commas, not semicolons") as refused:
        OwnFile(Lying("a.csv", b"x,y\n1,2\n"), ";").header()
    assert "map" in refused.value.hint


@pytest.mark.parametrize("data", [b"", b"PAR1", b"x,y\n1,2\n"])
def test_what_is_no_parquet_is_named(data: bytes) -> None:
    with pytest.raises(TableFileError) as refused:
        OwnFile(Lying("a.parquet", data), ",").header()
    assert refused.value.kind == "not_parquet"


def test_what_it_is_instead_is_said() -> None:
    with pytest.raises(TableFileError, match=r"named \.parquet, but is a spreadsheet") as refused:
        OwnFile(Lying("a.parquet", b"PK\x03\x04 and so on"), ",").header()
    assert refused.value.kind == "not_parquet"
