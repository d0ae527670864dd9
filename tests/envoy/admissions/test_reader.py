from pathlib import Path

import pytest

from contract.names import TaskName
from contract.tasks import BUILT_IN_TASKS
from envoy.admissions.reader import Admissions
from envoy.errors import DataError
from envoy.reading import inspect, read_cohort, reader_of, signatures
from tests.envoy.admissions.tables_in_memory import TablesInMemory
from tests.envoy.conftest import CLEAN, DataFolder

TASK = BUILT_IN_TASKS[TaskName("long_stay_7d")]


def test_a_task_of_admissions_has_this_reader(data_folder: DataFolder):
    assert isinstance(reader_of(TASK), Admissions)
    assert read_cohort(TASK, data_folder.path).labels.tolist() == [1, 1, 1]
    assert len(signatures(TASK, data_folder.path)) == 3
    assert None not in signatures(TASK, data_folder.path)


def test_what_only_the_careful_way_understands_is_read_all_the_same():
    padded = CLEAN["patients"].replace("10000001,F", "10000001 , F")
    short, careful = TablesInMemory(), TablesInMemory().with_text("patients", padded)
    reader = Admissions()
    assert reader.read(TASK, short).features.tolist() == reader.read(TASK, careful).features.tolist()
    assert reader.inspect(TASK, short) == reader.inspect(TASK, careful)


@pytest.mark.parametrize(
    ("table", "old", "new", "kind", "row", "column"),
    [
        ("diagnoses_icd", "0030", "30", "damaged_code", 2, "icd_code"),
        ("admissions", "2196-03-04 14:02:00", "4.3.2196", "wrong_type", 2, "dischtime"),
        ("patients", "10000002", "10000001", "duplicate_row", 3, None),
        ("patients", "72.5", "old", "wrong_type", 3, "anchor_age"),
        ("admissions", "10000002,20000003", "10000003,20000003", "unknown_reference", 4, "subject_id"),
    ],
)
def test_a_defect_of_any_of_the_three_tables_is_named_by_file_column_and_row(table, old, new, kind, row, column):
    source = TablesInMemory().with_text(table, CLEAN[table].replace(old, new, 1))
    inspection = Admissions().inspect(TASK, source)
    (first, *_) = inspection.defects
    assert (first.file, first.kind, first.row, first.column) == (f"hosp/{table}.csv", kind, row, column)
    assert inspection.summary is None
    with pytest.raises(DataError) as refused:
        Admissions().read(TASK, source)
    assert (refused.value.facts["file"], refused.value.facts["row"]) == (first.file, row)


@pytest.mark.parametrize("table", ["diagnoses_icd", "admissions", "patients"])
def test_all_three_tables_must_be_there(table: str):
    source = TablesInMemory({name: text for name, text in CLEAN.items() if name != table})
    (defect,) = Admissions().inspect(TASK, source).defects
    assert (defect.kind, defect.file) == ("missing_file", f"hosp/{table}.csv.gz")


def test_without_a_row_that_can_be_learned_from_there_is_no_cohort():
    minors = CLEAN["patients"].replace(",21,2125", ",1,2196").replace(",72.5,2134", ",1,2154")
    source = TablesInMemory().with_text("patients", minors)
    with pytest.raises(DataError, match="No admission in these tables can be learned from") as refused:
        Admissions().read(TASK, source)
    assert "fl-envoy check" in refused.value.hint
    found = Admissions().inspect(TASK, source)
    assert found.defects == ()
    assert found.summary is not None
    assert found.summary.rows == 0
    assert [(remark.kind, remark.count) for remark in found.remarks] == [("excluded", 3), ("too_few_outcomes", 0)]


@pytest.mark.parametrize("task", [task for task in BUILT_IN_TASKS.values() if task.is_of_records], ids=str)
def test_every_task_builds_from_the_real_tables_without_a_defect(task, mimic_iv_demo: Path):
    found = inspect(task, mimic_iv_demo)
    assert found.defects == ()
    assert found.summary is not None
    assert found.summary.events
    assert "unknown_codes" not in {remark.kind for remark in found.remarks}
