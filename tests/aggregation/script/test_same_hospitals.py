"""Two folders of one hospital are refused by name, whatever each is called and whichever model it holds."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation.__main__ import main
from tests.hospital_folders import contents, model_of, write_folder

COHORT = "c" * 64


def refused(folders: list[Path], tmp_path: Path, capsys, *more: str) -> str:
    assert main([*map(str, folders), "--out", str(tmp_path / "out"), *more]) == 4
    assert contents(tmp_path / "out") == {}
    error, hint = capsys.readouterr().err.splitlines()
    assert hint.startswith("  ")
    return error


def claiming(folder: Path, **claims: object) -> Path:
    told = json.loads((folder / "metadata.json").read_text())
    (folder / "metadata.json").write_text(json.dumps({**told, **claims}))
    return folder


@pytest.fixture
def knh(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "received" / "KNH", model_of((1, 2, 3)), 240)


@pytest.mark.parametrize("name", ["KNH", "knh", "Knh"])
def test_two_versions_of_one_hospital_are_refused_with_both_folders(name: str, knh: Path, tmp_path: Path, capsys):
    older = write_folder(tmp_path / "before" / name, model_of((3, 2, 1)), 180)
    said = refused([knh, older], tmp_path, capsys)
    assert f"are two claims of one hospital, {name}, which would count twice." in said
    for each in (knh, older) if name == "KNH" else ():
        assert str(each) in said


def test_a_name_is_the_same_however_its_letters_are_composed(tmp_path: Path, capsys):
    names = ("K\u00f6ln", "Ko\u0308ln")
    two = [write_folder(tmp_path / name / name, model_of((1, 2, n)), 180) for n, name in enumerate(names)]
    assert "two claims of one hospital" in refused(two, tmp_path, capsys)


def test_a_folder_whose_metadata_names_another_folders_hospital_is_refused(knh: Path, tmp_path: Path, capsys):
    older = claiming(write_folder(tmp_path / "from_may", model_of((3, 2, 1)), 180), envoy_name="KNH")
    assert "KNH and from_may are two claims of one hospital, KNH" in refused([knh, older], tmp_path, capsys)


def test_two_folders_of_the_same_patients_are_refused(knh: Path, tmp_path: Path, capsys):
    claiming(knh, cohort=COHORT)
    again = claiming(write_folder(tmp_path / "MTRH", model_of((3, 2, 1)), 180), cohort=COHORT)
    assert "KNH and MTRH were trained on the same patients" in refused([knh, again], tmp_path, capsys)


def test_a_copy_under_another_name_is_refused_by_its_model(knh: Path, tmp_path: Path, capsys):
    copied = shutil.copytree(knh, tmp_path / "copy")
    assert "KNH and copy hold the same model" in refused([knh, copied], tmp_path, capsys)
    (tmp_path / "linked").mkdir()
    for file in knh.iterdir():
        (tmp_path / "linked" / file.name).hardlink_to(file)
    assert "KNH and linked hold the same model" in refused([knh, tmp_path / "linked"], tmp_path, capsys)


def test_a_folder_named_three_times_is_refused_however_it_is_written(knh: Path, tmp_path: Path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(knh)
    spellings = ["received/KNH", "received/KNH/", "./received/../received/KNH", str(knh), "link"]
    for one in spellings:
        for other in spellings:
            assert main([one, other, one, "--out", "out"]) == 4
            assert "one folder, given twice" in capsys.readouterr().err


def test_hospitals_whose_folders_are_named_after_the_task_are_told_apart_by_where_they_lie(tmp_path: Path, capsys):
    folders = [
        str(write_folder(tmp_path / name / "diagnosis_count", model_of((1, 2, n)), 180))
        for n, name in enumerate(("KNH", "MTRH"))
    ]
    assert main([*folders, "--scaler", "MTRH", "--out", str(tmp_path / "out")]) == 0
    card = json.loads(capsys.readouterr().out)
    assert [each["envoy_name"] for each in card["inputs"]] == ["KNH", "MTRH"]


def test_a_scaler_that_fits_two_folders_is_ambiguous_and_both_are_named(tmp_path: Path, capsys):
    two = [write_folder(tmp_path / place / "KNH", model_of((1, 2, n)), 180) for n, place in enumerate("ab")]
    said = refused(two, tmp_path, capsys, "--scaler", "KNH")
    assert "--scaler KNH is ambiguous: it fits " in said
    assert all(str(each) in said for each in two)


@given(names=st.lists(st.sampled_from(["KNH", "knh", "MTRH", "KUTRRH"]), min_size=2, max_size=4))
def test_as_many_hospitals_count_as_there_are_names(names: list[str], tmp_path_factory: pytest.TempPathFactory):
    place = tmp_path_factory.mktemp("any")
    folders = [str(write_folder(place / str(n) / name, model_of((1, n, n + 0.5)), 20)) for n, name in enumerate(names)]
    code = main([*folders, "--out", str(place / "out")])
    assert code == (0 if len({name.lower() for name in names}) == len(names) else 4)
