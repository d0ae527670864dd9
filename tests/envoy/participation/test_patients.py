"""Reading the tables once."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from contract.tasks import DIAGNOSIS_COUNT
from envoy.errors import DataError
from envoy.participation.patients import Patients


@pytest.fixture
def folder(tables: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tables, tmp_path / "tables"))


@pytest.fixture
def patients(folder: Path) -> Patients:
    return Patients(folder, seed=0, held_out_share=0.2)


def test_the_tables_are_read_once(patients: Patients) -> None:
    first = patients.of(DIAGNOSIS_COUNT)
    assert (first.patients, first.num_examples) == (50, 40)
    assert patients.of(DIAGNOSIS_COUNT) is first


def test_a_table_that_changed_is_read_again(patients: Patients, folder: Path) -> None:
    first = patients.of(DIAGNOSIS_COUNT)
    (file,) = (folder / "hosp").glob("diagnoses_icd.*")
    os.utime(file, ns=(1, 1))
    assert patients.of(DIAGNOSIS_COUNT) is not first
    for each in (folder / "hosp").glob("diagnoses_icd.*"):
        each.unlink()
    with pytest.raises(DataError):
        patients.of(DIAGNOSIS_COUNT)


def test_a_task_that_is_defined_in_another_way_labels_them_anew(patients: Patients) -> None:
    first = patients.of(DIAGNOSIS_COUNT)
    moved = patients.of(replace(DIAGNOSIS_COUNT, cut_points=(1.0, 2.0)))
    assert (first.split.training.labels != moved.split.training.labels).any()


def test_a_folder_that_is_away_is_a_matter_of_data(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        Patients(tmp_path / "nowhere", seed=0, held_out_share=0.2).of(DIAGNOSIS_COUNT)
