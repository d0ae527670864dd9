"""Where tables lie, and under which names they are looked for."""

from pathlib import Path

from envoy.table_sources import OneFile, TableFolder, names_of, source_at


def test_a_table_is_looked_for_in_hosp_first_and_uncompressed_first() -> None:
    assert list(names_of("patients")) == [
        "hosp/patients.csv", "hosp/patients.csv.gz", "patients.csv", "patients.csv.gz",
    ]  # fmt: skip


def test_the_first_name_that_is_there_counts(tmp_path: Path) -> None:
    folder = TableFolder(tmp_path)
    assert folder.find("patients") is None
    (tmp_path / "hosp").mkdir()
    (tmp_path / "hosp" / "patients.csv").mkdir()  # no file
    for name in reversed([*names_of("patients")][1:]):
        (tmp_path / name).write_bytes(name.encode())
        found = folder.find("patients")
        assert found is not None
        with found.open() as stream:
            assert (found.name, stream.read(), str(found)) == (name, name.encode(), str(tmp_path / name))


def test_a_signature_changes_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "patients.csv"
    file.write_text("one")
    found = TableFolder(tmp_path).find("patients")
    assert found is not None
    before = found.signature
    assert found.signature == before
    file.write_text("other")
    assert found.signature not in (before, None)
    file.unlink()
    assert found.signature is None


def test_a_file_that_was_named_is_one_table_and_has_neighbours(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("x")
    (tmp_path / "own.map.toml").write_text("")
    source = source_at(file)
    assert isinstance(source, OneFile)
    assert (source.table.name, str(source), source.find("patients")) == ("own.csv", str(file), None)
    assert [each.name for each in source.lying(["own.map.toml", "other.csv"])] == ["own.map.toml"]
    assert source_at(tmp_path) == TableFolder(tmp_path)
