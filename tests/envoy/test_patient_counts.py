"""Tasks whose rows are patients: the number of diagnoses of each."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from contract.errors import InvalidInputError
from contract.tasks import DIAGNOSIS_COUNT
from envoy.patient_counts import PatientCounts, count_diagnoses
from envoy.table_sources import TableFolder
from envoy.tables import Tables, read_tables


def test_diagnoses_are_counted_per_patient_and_labelled_by_the_cut_points() -> None:
    rows = {13: 4, 11: 5, 12: 14, 10: 15}
    diagnoses = pd.DataFrame({"subject_id": np.repeat(list(rows), list(rows.values()))})

    cohort = count_diagnoses(DIAGNOSIS_COUNT, Tables(diagnoses, None, None))

    assert cohort.subject_ids.tolist() == [10, 11, 12, 13]
    assert cohort.features.tolist() == [[15.0], [5.0], [14.0], [4.0]]
    assert cohort.labels.tolist() == [2, 1, 1, 0]
    dtypes = [str(each.dtype) for each in (cohort.subject_ids, cohort.features, cohort.labels)]
    assert dtypes == ["int64", "float64", "int64"]


def test_labels_follow_moved_cut_points() -> None:
    diagnoses = pd.DataFrame({"subject_id": [1, 1, 2]})

    cohort = count_diagnoses(replace(DIAGNOSIS_COUNT, cut_points=(2.0, 3.0)), Tables(diagnoses, None, None))

    assert cohort.labels.tolist() == [1, 0]


def test_a_count_beyond_the_tasks_bounds_is_refused() -> None:
    narrow = replace(DIAGNOSIS_COUNT, features=(replace(DIAGNOSIS_COUNT.features[0], maximum=2),))

    with pytest.raises(InvalidInputError, match="outside 0 to 2"):
        count_diagnoses(narrow, Tables(pd.DataFrame({"subject_id": [1, 1, 1]}), None, None))


def test_the_real_demo_has_100_patients_with_22_diagnoses_in_the_median(mimic_iv_demo) -> None:
    cohort = count_diagnoses(DIAGNOSIS_COUNT, read_tables(mimic_iv_demo))

    assert len(cohort) == 100
    assert cohort.features.sum() == 4506
    assert np.median(cohort.features) == 22
    assert (cohort.features.min(), cohort.features.max()) == (3, 447)


def test_its_three_tables_are_looked_at_for_changes(data_folder) -> None:
    source = TableFolder(data_folder.path)
    first = PatientCounts().signatures(DIAGNOSIS_COUNT, source)
    (data_folder.path / "hosp" / "patients.csv").unlink()
    assert (len(first), PatientCounts().signatures(DIAGNOSIS_COUNT, source)) == (3, (*first[:2], None))


def test_an_inspection_says_what_was_read_and_what_would_be_learned(data_folder) -> None:
    found = PatientCounts().inspect(DIAGNOSIS_COUNT, TableFolder(data_folder.path))
    assert found.defects == ()
    assert [(each.file, each.rows, each.patients) for each in found.read] == [
        ("hosp/diagnoses_icd.csv", 6, 2),
        ("hosp/admissions.csv", 3, 2),
        ("hosp/patients.csv", 2, 2),
    ]
    assert found.summary is not None
    assert (found.summary.rows, found.summary.classes) == (2, {"low": 2, "medium": 0, "high": 0})
    assert found.cohort is not None


def test_a_count_that_the_task_does_not_know_is_a_defect_of_its_table(data_folder) -> None:
    narrow = replace(DIAGNOSIS_COUNT, features=(replace(DIAGNOSIS_COUNT.features[0], maximum=2),))
    (defect,) = PatientCounts().inspect(narrow, TableFolder(data_folder.path)).defects
    assert (defect.file, defect.kind) == ("hosp/diagnoses_icd.csv", "out_of_bounds")
