"""Which file a table is read from, when two are one table, and what lies there instead."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoy.found_tables import find_copies, find_table, instead_of, say_the_same, signatures_of
from envoy.table_files import TableFileError
from envoy.table_sources import TableFile, TableFolder, names_of, source_at
from tests.envoy.test_file_forms import zipped

TEXT = b"subject_id,hadm_id\n1,2\n"


def put(folder: Path, name: str, data: bytes = TEXT) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data) if name.lower().endswith(".gz") else data)
    return path


@pytest.mark.parametrize("name", [*names_of("patients")])
@pytest.mark.parametrize("other", [*names_of("patients")])
def test_two_files_of_one_table_are_one_where_they_say_the_same_and_a_defect_else(
    tmp_path: Path, name: str, other: str
) -> None:
    put(tmp_path, name)
    found = find_copies(tmp_path, "patients")
    assert found is not None
    assert (found.table.name, found.others) == (name, ())
    if name == other:
        return
    put(tmp_path, other)
    found = find_copies(tmp_path, "patients")
    assert found is not None
    assert {found.table.name, *found.others} == {name, other}
    put(tmp_path, other, TEXT + b"2,3\n")
    with pytest.raises(TableFileError, match="is there twice") as refused:
        find_table(tmp_path, "patients")
    assert refused.value.kind == "table_twice"
    assert name in refused.value.sentence
    assert other in refused.value.sentence


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("hosp/patients.csv.bz2", bz2.compress),
        ("patients.csv.xz", lzma.compress),
        ("core/patients.csv.zip", lambda data: zipped("patients.csv") if data == b"" else zipped("a.csv", "b.csv")),
    ],
)
def test_a_packed_copy_is_unpacked_and_compared(tmp_path: Path, name: str, pack: Callable[[bytes], bytes]) -> None:
    put(tmp_path, "hosp/patients.csv")
    put(tmp_path, name, pack(b"" if name.endswith("zip") else TEXT))
    found = find_copies(tmp_path, "patients")
    assert found is not None
    assert found.others == (name,)
    put(tmp_path, name, pack(TEXT + b"2,3\n"))
    with pytest.raises(TableFileError, match=f"hosp/patients.csv and {name}; the two differ"):
        find_copies(tmp_path, "patients")


@pytest.mark.parametrize("ending", ["parquet", "PARQUET", "xlsx", "csv.zst", "tsv"])
def test_one_beside_what_nobody_can_read_is_a_defect_too(tmp_path: Path, ending: str) -> None:
    put(tmp_path, "hosp/patients.csv")
    put(tmp_path, f"patients.{ending}", b"other")
    with pytest.raises(TableFileError, match=f"patients.{ending}; the latter can't be read here") as refused:
        find_copies(tmp_path, "patients")
    assert refused.value.hint == "Move away the one that is out of date."


def test_a_damaged_copy_does_not_say_the_same(tmp_path: Path) -> None:
    one = put(tmp_path, "patients.csv")
    for name, data in (("a.csv.gz", gzip.compress(TEXT)[:-3]), ("b.zip", b"PK\3\4"), ("c.xz", b"x"), ("d.bz2", b"x")):
        (tmp_path / name).write_bytes(data)
        assert not say_the_same(TableFile(tmp_path, one), TableFile(tmp_path, tmp_path / name)), name


@given(one=st.binary(max_size=30), other=st.binary(max_size=30), is_packed=st.booleans())
def test_files_say_the_same_exactly_if_their_texts_are_equal(
    tmp_path_factory: pytest.TempPathFactory, one: bytes, other: bytes, is_packed: bool
) -> None:
    folder = tmp_path_factory.mktemp("two")
    first = put(folder, "a.csv", b"x" + one)
    second = put(folder, "b.csv.gz" if is_packed else "b.csv", b"x" + other)
    assert say_the_same(TableFile(folder, first), TableFile(folder, second)) == (one == other)


def test_a_change_of_any_copy_changes_the_signature_and_nothing_is_compared_for_it(tmp_path: Path) -> None:
    put(tmp_path, "patients.csv")
    put(tmp_path, "hosp/patients.csv", b"other")
    source = TableFolder(tmp_path)
    (before, none) = signatures_of(source, ("patients", "admissions"))
    assert none is None
    put(tmp_path, "patients.csv", TEXT + TEXT)
    assert signatures_of(source, ("patients",)) != (before,)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("hosp/patients.parquet", "There is hosp/patients.parquet, which is not read"),
        ("PATIENTS.xlsx", "There is PATIENTS.xlsx, which is not read"),
        ("mimic-iv-3.1/hosp/patients.csv.gz", "It lies in mimic-iv-3.1/hosp: give --data {here}/mimic-iv-3.1"),
        ("hosp/hosp/patients.csv.gz", "It lies in hosp/hosp: give --data {here}/hosp"),
        ("hosp/patients.csv/patients.csv", "It lies in hosp/patients.csv: give --data {here}/hosp/patients.csv"),
        ("../hosp/patients.csv.gz", "It lies beside that folder: give --data {above}"),
        ("../core/patients.csv", "It lies beside that folder: give --data {above}"),
        ("patients (1).csv", "There is patients (1).csv, which is not read: is it the table?"),
        ("hosp/.patients.csv.icloud", "There is hosp/.patients.csv.icloud"),
        ("mimic-iv-3.1.zip", "There is mimic-iv-3.1.zip: unpack it."),
        ("hosp/diagnoses_icd.csv", ""),
    ],
)
def test_what_lies_there_instead_is_named(tmp_path: Path, name: str, says: str) -> None:
    here = tmp_path / "data"
    here.mkdir()
    put(here, name)
    assert find_table(here, "patients") is None
    said = instead_of(here, "patients")
    assert said.startswith(says.format(here=here, above=tmp_path))
    assert bool(said) == bool(says)


def test_nothing_is_looked_around_for_where_there_is_no_folder(tmp_path: Path) -> None:
    assert instead_of(tmp_path / "nowhere", "patients") == ""
    assert instead_of(source_at(put(tmp_path, "own.csv")), "patients") == ""


def test_very_many_files_below_are_not_all_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("envoy.found_tables._MOST_LOOKED_AT", 3)
    for number in range(9):
        put(tmp_path, f"a/{number}.csv")
    put(tmp_path, "a/x/patients.csv")
    assert instead_of(tmp_path, "patients") == ""
