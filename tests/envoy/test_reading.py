"""Which reader makes a task's cohort."""

from dataclasses import replace
from pathlib import Path

from contract.tasks import DIAGNOSIS_COUNT
from envoy.admissions.reader import Admissions
from envoy.own_table.reader import OwnTables
from envoy.patient_counts import PatientCounts
from envoy.reading import as_source, read_cohort, reader_of, signatures
from envoy.table_sources import OneFile, TableFolder
from tests.envoy.own_table.heart import HEART, put, rows, table


def test_the_source_of_a_task_says_who_reads_it() -> None:
    assert isinstance(reader_of(DIAGNOSIS_COUNT), PatientCounts)
    assert isinstance(reader_of(HEART), OwnTables)
    assert isinstance(reader_of(replace(DIAGNOSIS_COUNT, index="admission")), Admissions)


def test_a_path_is_a_folder_or_a_file(tmp_path: Path) -> None:
    path = put(tmp_path, table(*rows(30)))
    assert as_source(tmp_path) == TableFolder(tmp_path)
    assert as_source(path) == OneFile(path)
    assert as_source(tmp_path / "nowhere") == TableFolder(tmp_path / "nowhere")
    assert len(read_cohort(HEART, tmp_path)) == len(read_cohort(HEART, path)) == 30
    assert signatures(HEART, path) == signatures(HEART, tmp_path)
