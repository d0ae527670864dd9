"""A task and a place of tables → the task's cohort here: which reader makes it is the task's to say."""

from pathlib import Path
from typing import Protocol, runtime_checkable

from contract.tasks import Task
from envoy.admissions.reader import Admissions
from envoy.cohort import Cohort
from envoy.inspection import Inspection
from envoy.own_table.reader import OwnTables
from envoy.patient_counts import PatientCounts
from envoy.prediction import RowsToPredict
from envoy.table_sources import Signatures, TableSource, source_at

__all__ = [
    "CohortReader",
    "Signatures",
    "as_source",
    "inspect",
    "read_cohort",
    "reader_of",
    "rows_to_predict",
    "signatures",
]


class CohortReader(Protocol):
    """Makes the cohorts of one kind of task."""

    def signatures(self, task: Task, source: TableSource) -> Signatures:
        """Give what changes with the files that it looks at: with another content the cohort may be another."""

    def read(self, task: Task, source: TableSource) -> Cohort:
        """Make the cohort; raises ``DataError`` where a table has a defect."""

    def inspect(self, task: Task, source: TableSource) -> Inspection:
        """Find what is wrong with the tables for this task, and what should be known; reads only."""


@runtime_checkable
class PredictedReader(Protocol):
    """A reader whose rows have more to be told apart by than the patient's number, or no outcome yet."""

    def to_predict(self, task: Task, source: TableSource) -> RowsToPredict:
        """Read the rows for which a model is asked."""


def reader_of(task: Task) -> CohortReader:
    """Give the reader of a task's cohort."""
    if task.source == "table":
        return OwnTables()
    return Admissions() if task.is_of_records else PatientCounts()


def read_cohort(task: Task, source: TableSource | Path) -> Cohort:
    """Read a task's cohort, from a source or from a folder by its path; raises as ``CohortReader.read``."""
    return reader_of(task).read(task, as_source(source))


def inspect(task: Task, source: TableSource | Path) -> Inspection:
    """Look at the tables for a task."""
    return reader_of(task).inspect(task, as_source(source))


def signatures(task: Task, source: TableSource | Path) -> Signatures:
    """Give what changes with the tables that a task looks at."""
    return reader_of(task).signatures(task, as_source(source))


def rows_to_predict(task: Task, source: TableSource | Path) -> RowsToPredict:
    """Read the rows for which a model is asked: as the task's reader gives them, else its cohort's.

    Raises:
        DataError: A table has a defect.
        PolicyError: As ``reader_of``.
    """
    reader, place = reader_of(task), as_source(source)
    if isinstance(reader, PredictedReader):
        return reader.to_predict(task, place)
    cohort = reader.read(task, place)
    return RowsToPredict(
        {"subject_id": [str(each) for each in cohort.subject_ids]}, cohort.features, [""] * len(cohort)
    )


def as_source(source: TableSource | Path) -> TableSource:
    """Take a folder, or a file, by its path."""
    return source_at(source) if isinstance(source, Path) else source
