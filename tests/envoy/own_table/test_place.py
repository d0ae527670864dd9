"""Where a task's own table lies."""

import gzip
from pathlib import Path

import pytest

from envoy.errors import SettingsError
from envoy.own_table.place import MappedSource, find_own, read_map_of
from envoy.table_files import TableFileError
from envoy.table_sources import source_at
from tests.envoy.own_table.heart import HEART, put, table

MAP = '[columns]\nage = "alter"\n'


@pytest.mark.parametrize("name", ["heart.csv", "heart.csv.gz", "heart.parquet"])
@pytest.mark.parametrize("names_the_file", [True, False])
def test_a_table_is_the_file_that_is_named_or_the_one_of_the_tasks_name(
    tmp_path: Path, name: str, names_the_file: bool
) -> None:
    path = put(tmp_path, gzip.compress(table().encode()), name)
    put(tmp_path, "", "other.csv")
    found = find_own(HEART, source_at(path if names_the_file else tmp_path))
    assert (found.table.name, found.map_file) == (name, None)
    put(tmp_path, MAP, "heart.map.toml")
    found = find_own(HEART, source_at(path if names_the_file else tmp_path))
    assert found.map_file is not None
    assert (found.map_file.name, read_map_of(found, HEART).told["age"].column) == ("heart.map.toml", "alter")


def test_a_map_that_is_named_counts_more_than_the_one_beside_the_table(tmp_path: Path) -> None:
    path, named = put(tmp_path, table()), put(tmp_path, MAP, "named.toml")
    put(tmp_path, "patient = 'x'", "heart.map.toml")
    found = find_own(HEART, MappedSource(source_at(path), named))
    assert read_map_of(found, HEART).told["age"].column == "alter"
    assert str(MappedSource(source_at(path), named)) == str(path)
    with pytest.raises(SettingsError, match="There is no map file"):
        find_own(HEART, MappedSource(source_at(path), tmp_path / "gone.toml"))


def test_what_is_not_there_or_there_twice_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableFileError, match=r"heart\.csv, heart\.csv\.gz, heart\.parquet") as refused:
        find_own(HEART, source_at(tmp_path))
    assert refused.value.kind == "missing_file"
    put(tmp_path, table())
    put(tmp_path, b"", "heart.parquet")
    with pytest.raises(TableFileError, match=r"heart\.csv and heart\.parquet") as refused:
        find_own(HEART, source_at(tmp_path))
    assert refused.value.kind == "table_twice"
    with pytest.raises(TableFileError, match="is none of"):
        find_own(HEART, source_at(put(tmp_path, "", "heart.xlsx")))


def test_two_files_that_say_the_same_are_one_and_capitals_do_not_count(tmp_path: Path) -> None:
    put(tmp_path, table(), "HEART.CSV")
    put(tmp_path, gzip.compress(table().encode()), "heart.csv.gz")
    assert find_own(HEART, source_at(tmp_path)).table.name == "HEART.CSV"
    put(tmp_path, MAP, "Heart.map.toml")
    found = find_own(HEART, source_at(tmp_path))
    assert found.map_file is not None
    assert found.map_file.name == "Heart.map.toml"
    put(tmp_path, gzip.compress(b"other"), "heart.csv.gz")
    with pytest.raises(TableFileError, match=r"HEART\.CSV and heart\.csv\.gz"):
        find_own(HEART, source_at(tmp_path))


@pytest.mark.parametrize(
    ("name", "hint"),
    [("heart.xlsx", "Export it as CSV or Parquet"), ("heart.zip", "unpack it"), ("heart", "Rename it")],
)
def test_a_file_of_another_kind_is_told_what_to_do_with_it(tmp_path: Path, name: str, hint: str) -> None:
    with pytest.raises(TableFileError) as refused:
        find_own(HEART, source_at(put(tmp_path, "x", name)))
    assert hint in refused.value.hint
    assert MappedSource(source_at(tmp_path), tmp_path / "map").folder == tmp_path
