"""Who watches the reading of tables is told how far it is."""

from pathlib import Path

import pytest

from contract.names import TaskName
from contract.tasks import BUILT_IN_TASKS, DIAGNOSIS_COUNT, Task
from envoy import table_files
from envoy.admissions import plain_tables
from envoy.reading import read_cohort
from envoy.reading_progress import tell_rows, watched_by
from tests.envoy.conftest import DataFolder
from tests.envoy.own_table.heart import HEART, put, rows, table

Told = tuple[str, int, bool]


def told_of(task: Task, path: Path) -> list[Told]:
    told: list[Told] = []
    with watched_by(lambda *each: told.append(each)):
        read_cohort(task, path)
    return told


@pytest.mark.parametrize("task", [DIAGNOSIS_COUNT, BUILT_IN_TASKS[TaskName("long_stay_7d")]], ids=str)
def test_rows_are_told_as_they_come_and_at_the_end(
    data_folder: DataFolder, monkeypatch: pytest.MonkeyPatch, task: Task
) -> None:
    monkeypatch.setattr(table_files, "CHUNK_ROWS", 2)
    monkeypatch.setattr(plain_tables, "BLOCK_BYTES", 60)
    told = told_of(task, data_folder.path)
    for file, count in (("hosp/diagnoses_icd.csv", 6), ("hosp/admissions.csv", 3), ("hosp/patients.csv", 2)):
        of_file = [(rows, is_over) for name, rows, is_over in told if name == file]
        assert of_file[-1] == (count, True)
        assert sorted(of_file) == of_file
        assert len(of_file) >= 3 or file != "hosp/diagnoses_icd.csv"
        assert [is_over for _, is_over in of_file].count(True) == 1


def test_so_are_those_of_a_hospitals_own_table_as_text_and_as_parquet(tmp_path: Path) -> None:
    path = put(tmp_path, table(*rows(30)))
    assert told_of(HEART, path) == [("heart.csv", 30, False), ("heart.csv", 30, True)]
    import polars as pl

    pl.read_csv(path).write_parquet(tmp_path / "b.parquet")
    assert told_of(HEART, tmp_path / "b.parquet") == [("b.parquet", 30, True)]


def test_without_anybody_nothing_is_told_and_the_one_before_comes_back() -> None:
    outer: list[Told] = []
    inner: list[Told] = []
    tell_rows("nobody", 1)
    with watched_by(lambda *each: outer.append(each)):
        with watched_by(lambda *each: inner.append(each)):
            tell_rows("a", 1)
        tell_rows("b", 2, is_over=True)
    tell_rows("nobody", 3)
    assert (outer, inner) == ([("b", 2, True)], [("a", 1, False)])
