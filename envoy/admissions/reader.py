"""Reads the cohorts of tasks of admissions from MIMIC-IV's tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contract.tasks import Task
from envoy.admissions.asked import admissions_to_predict
from envoy.admissions.cohorts import Made, make_cohort
from envoy.admissions.columns import TABLES, Columns, columns_of, read_plain
from envoy.admissions.plain_tables import NotPlain
from envoy.cohort import Cohort
from envoy.errors import DataError
from envoy.found_tables import signatures_of
from envoy.inspection import Inspection, TableRead, leaks_of
from envoy.prediction import RowsToPredict
from envoy.table_checks import Defect
from envoy.table_sources import Signatures, TableSource
from envoy.tables import data_error, look_at_tables


class Admissions:
    """Reads such a task's cohort: by the short way where the tables allow it."""

    def signatures(self, task: Task, source: TableSource) -> Signatures:
        """Give what changes with the tables that it looks at."""
        del task
        return signatures_of(source, TABLES)

    def read(self, task: Task, source: TableSource) -> Cohort:
        """Read the tables.

        Raises:
            DataError: A table is missing or has a defect, or no admission can be learned from.
            EnvoyError: The bucket that they lie in can't be read.
        """
        cohort = make_cohort(task, _sound_columns(task, source)).cohort
        if not len(cohort):
            raise DataError(
                f"No admission in these tables can be learned from for the task {task.name}.",
                hint=f"fl-envoy check --data {source} --task {task.name} says which are left out, and why.",
                kind="no_rows",
            )
        return cohort

    def to_predict(self, task: Task, source: TableSource) -> RowsToPredict:
        """Read the admissions for which a model is asked.

        Raises:
            DataError: A table is missing or has a defect.
            EnvoyError: The bucket that they lie in can't be read.
        """
        return admissions_to_predict(task, _sound_columns(task, source))

    def inspect(self, task: Task, source: TableSource) -> Inspection:
        """Find every defect of the tables; without one, say what the cohort is like and who is left out of it."""
        found = _read(source)
        if found.columns is None:
            return Inspection(found.defects, read=found.read, missing=found.missing)
        made: Made = make_cohort(task, found.columns)
        leaks, remarks = leaks_of(task, made.cohort, "admissions")
        return Inspection(leaks, (*made.remarks, *remarks), made.summary, made.cohort, found.read)


@dataclass(frozen=True)
class _Read:
    """The columns, or else the defects; and in both cases what was read."""

    columns: Columns | None
    defects: tuple[Defect, ...]
    read: tuple[TableRead, ...]
    missing: Mapping[str, str] = field(default_factory=dict)


def _sound_columns(task: Task, source: TableSource) -> Columns:
    found = _read(source)
    if found.columns is None:
        raise data_error(found.defects, f"fl-envoy check --task {task.name} --data {source}")
    return found.columns


def _read(source: TableSource) -> _Read:
    try:
        plain = read_plain(source)
        return _Read(plain.columns, (), plain.read)
    except NotPlain:
        looked = look_at_tables(source, frozenset(TABLES))
        sound = looked.tables if not looked.defects else None
        return _Read(None if sound is None else columns_of(sound), looked.defects, looked.read, looked.missing)
