"""Which reader makes a task's cohort."""

from pathlib import Path

import pytest

from contract.tasks import DIAGNOSIS_COUNT
from envoy.patient_counts import PatientCounts, count_diagnoses
from envoy.reading import as_source, inspect, read_cohort, reader_of, signatures
from envoy.table_sources import TableFolder
from envoy.tables import read_tables


def write_diagnoses(folder: Path, counts: list[int]) -> None:
    rows = [f"{patient},1,{n},I10,10" for patient, count in enumerate(counts) for n in range(count)]
    text = "\n".join(["subject_id,hadm_id,seq_num,icd_code,icd_version", *rows])
    (folder / "diagnoses_icd.csv").write_text(text + "\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_diagnoses(tmp_path, [1, 3, 20])
    return tmp_path


def test_a_task_of_patients_is_counted_whatever_its_name(folder: Path) -> None:
    assert isinstance(reader_of(DIAGNOSIS_COUNT), PatientCounts)
    found = read_cohort(DIAGNOSIS_COUNT, folder)
    assert found.features.tolist() == count_diagnoses(DIAGNOSIS_COUNT, read_tables(folder)).features.tolist()
    assert inspect(DIAGNOSIS_COUNT, folder).defects == ()


def test_a_table_that_changes_has_another_signature(folder: Path) -> None:
    before = signatures(DIAGNOSIS_COUNT, folder)
    assert before == signatures(DIAGNOSIS_COUNT, as_source(folder)) == signatures(DIAGNOSIS_COUNT, TableFolder(folder))
    write_diagnoses(folder, [1, 3, 20, 5])
    assert signatures(DIAGNOSIS_COUNT, folder) != before
