"""Whether the tables are there and can be read; no row is looked at."""

from pathlib import Path

import pytest

from contract.names import TaskName
from contract.tasks import BUILT_IN_TASKS, DIAGNOSIS_COUNT
from envoy.admissions.columns import TABLES as OF_ADMISSIONS
from envoy.doctor.tables import OF_MIMIC, table_findings
from envoy.own_table.place import MappedSource
from envoy.patient_counts import TABLES as OF_PATIENTS
from envoy.table_sources import source_at
from tests.envoy.conftest import DataFolder
from tests.table_task import table_task

TASK = table_task()


def test_these_are_the_tables_that_the_readers_read() -> None:
    assert set(OF_MIMIC) == set(OF_ADMISSIONS) == set(OF_PATIENTS)


@pytest.mark.parametrize("name", BUILT_IN_TASKS)
def test_tables_that_can_be_read_are_named_with_their_size(data_folder: DataFolder, name: TaskName) -> None:
    data_folder.put("hosp/patients.csv", b"x" * 2048)
    found = list(table_findings(BUILT_IN_TASKS[name], source_at(data_folder.path)))
    assert [each.state for each in found] == ["ok"] * 3
    assert found[0].sentence == "hosp/patients.csv can be read, 2.0 KiB."


def test_what_is_missing_or_empty_is_bad_and_nonsense_is_not_looked_at(data_folder: DataFolder) -> None:
    (data_folder.path / "hosp" / "patients.csv").unlink()
    data_folder.put("hosp/admissions.csv", "")
    data_folder.put("hosp/diagnoses_icd.csv", "nonsense")
    missing, empty, nonsense = table_findings(DIAGNOSIS_COUNT, source_at(data_folder.path))
    assert (missing.state, "holds no patients" in missing.sentence) == ("bad", True)
    assert (empty.state, empty.sentence) == ("bad", "hosp/admissions.csv is empty.")
    assert nonsense.state == "ok"


def test_a_folder_that_is_not_there_is_bad(tmp_path: Path) -> None:
    (said,) = table_findings(DIAGNOSIS_COUNT, source_at(tmp_path / "gone"))
    assert (said.state, "There is no folder" in said.sentence, "ENVOY_DATA" in said.hint) == ("bad", True, True)


def test_an_own_table_is_found_with_its_map_and_without_it_is_missed(tmp_path: Path) -> None:
    (said,) = table_findings(TASK, source_at(tmp_path))
    assert (said.state, f"{TASK.name}.csv" in said.sentence) == ("bad", True)
    (tmp_path / f"{TASK.name}.csv").write_text("a,b\n1,2\n")
    (table,) = table_findings(TASK, source_at(tmp_path))
    assert table.state == "ok"
    (tmp_path / "own.map.toml").write_text("x = 1\n")
    assert len(list(table_findings(TASK, MappedSource(source_at(tmp_path), tmp_path / "own.map.toml")))) == 2
