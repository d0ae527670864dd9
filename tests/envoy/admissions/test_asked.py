"""The admissions for which a model is asked."""

import numpy as np
import pytest

from contract.names import TaskName
from contract.tasks import BUILT_IN_TASKS, Task
from envoy.admissions.reader import Admissions
from envoy.reading import as_source, rows_to_predict
from tests.envoy.admissions.tables_in_memory import TablesInMemory
from tests.envoy.conftest import CLEAN

TASKS = [task for task in BUILT_IN_TASKS.values() if task.is_of_records]
LONG, READMITTED = (BUILT_IN_TASKS[TaskName(name)] for name in ("long_stay_7d", "readmission_30d"))


def test_every_admission_is_there_in_the_order_of_its_table_known_by_patient_and_stay() -> None:
    found = rows_to_predict(LONG, TablesInMemory())
    assert found.keys == {
        "subject_id": ["10000001", "10000002", "10000002"],
        "hadm_id": ["20000001", "20000002", "20000003"],
    }
    assert found.why_not == ["", "", ""]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_what_is_learned_from_is_what_a_model_is_asked_about_to_the_last_bit(task: Task, mimic_iv_demo) -> None:
    source = as_source(mimic_iv_demo)
    cohort, asked = Admissions().read(task, source), Admissions().to_predict(task, source)
    said = np.array([why == "" for why in asked.why_not])
    patients = np.array(asked.keys["subject_id"], np.int64)
    known = {(patient, tuple(row)) for patient, row in zip(patients[said], asked.columns[said], strict=True)}
    assert len(asked) == 275
    assert {(patient, tuple(row)) for patient, row in zip(cohort.subject_ids, cohort.features, strict=True)} <= known


def test_of_what_contradicts_itself_is_left_out_or_is_unknown_nothing_is_said() -> None:
    backward = CLEAN["admissions"].replace("2196-03-04 14:02:00", "2196-01-04 14:02:00")
    young = CLEAN["patients"].replace("72.5,2134", "1,2153")
    found = rows_to_predict(LONG, TablesInMemory().with_text("admissions", backward).with_text("patients", young))
    assert found.why_not[0] == "contradicts itself or another admission"
    assert found.why_not[1].startswith("left out: age < 18")
    assert not found.columns[0].any()
    assert np.isfinite(found.columns).all()


def test_from_a_discharge_on_nothing_is_expected_of_who_died_before() -> None:
    assert rows_to_predict(READMITTED, TablesInMemory()).why_not == ["", "", "died before"]
    assert rows_to_predict(LONG, TablesInMemory()).why_not[2] == ""
