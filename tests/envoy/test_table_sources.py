"""Where tables lie, and under which names they are looked for."""

from pathlib import Path

import pytest

from envoy.table_sources import OneFile, TableFile, TableFolder, names_of, source_at


def put(folder: Path, name: str, text: str = "x") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def names(folder: Path, table: str = "patients") -> list[str]:
    return [each.name for each in TableFolder(folder).copies(table)]


def test_a_table_is_looked_for_in_hosp_then_core_then_beside_and_uncompressed_first() -> None:
    assert list(names_of("patients")) == [
        "hosp/patients.csv", "hosp/patients.csv.gz", "core/patients.csv", "core/patients.csv.gz",
        "patients.csv", "patients.csv.gz",
    ]  # fmt: skip
    assert list(names_of("x", [".zip"])) == ["hosp/x.zip", "core/x.zip", "x.zip"]


def test_every_file_of_a_table_is_found_the_first_name_first(tmp_path: Path) -> None:
    assert names(tmp_path) == names(tmp_path / "nowhere") == []
    (tmp_path / "hosp" / "patients.csv").mkdir(parents=True)  # no file
    all_names = [*names_of("patients")][1:]
    for count, name in enumerate(reversed(all_names), start=1):
        put(tmp_path, name, name)
        assert names(tmp_path) == all_names[-count:]
        found = next(TableFolder(tmp_path).copies("patients"))
        with found.open() as stream:
            assert (stream.read(), str(found)) == (name.encode(), str(tmp_path / name))


@pytest.mark.parametrize("name", ["HOSP/PATIENTS.CSV", "Hosp/Patients.csv.GZ", "PATIENTS.csv", "CORE/patients.Csv"])
def test_capitals_of_a_name_do_not_count(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    assert names(tmp_path) == [name]
    assert [each.name for each in TableFolder(tmp_path).lying([name.lower()])] == [name]


def test_names_that_differ_by_capitals_alone_are_two_files_where_the_disk_says_so(tmp_path: Path) -> None:
    put(tmp_path, "hosp/PATIENTS.csv", "one")
    put(tmp_path, "hosp/patients.csv", "other")
    expected = sorted(path.name for path in (tmp_path / "hosp").iterdir())
    assert sorted(name.removeprefix("hosp/") for name in names(tmp_path)) == expected
    assert names(tmp_path)[0].lower() == "hosp/patients.csv"
    if len(expected) == 2:
        assert names(tmp_path)[0] == "hosp/patients.csv", "the name as it is written counts first"


def test_a_signature_changes_with_the_file(tmp_path: Path) -> None:
    file = put(tmp_path, "patients.csv", "one")
    found = TableFile(tmp_path, file)
    before = found.signature
    assert found.signature == before
    file.write_text("other")
    assert found.signature not in (before, None)
    file.unlink()
    assert found.signature is None


def test_a_file_that_was_named_is_one_table_and_has_neighbours(tmp_path: Path) -> None:
    file = put(tmp_path, "own.csv")
    put(tmp_path, "own.map.toml", "")
    source = source_at(file)
    assert isinstance(source, OneFile)
    assert (source.table.name, str(source), list(source.copies("patients"))) == ("own.csv", str(file), [])
    assert [each.name for each in source.lying(["own.map.toml", "other.csv"])] == ["own.map.toml"]
    assert source_at(tmp_path) == TableFolder(tmp_path)
    assert (source.folder, TableFolder(tmp_path).folder) == (None, tmp_path)


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    assert TableFolder(tmp_path).absence is None
    assert source_at(tmp_path / "gone").absence == f"There is no folder {tmp_path / 'gone'}."
    one = source_at(put(tmp_path, "own.csv")).absence
    assert one is not None
    assert one.startswith(f"{tmp_path / 'own.csv'} is one file")
