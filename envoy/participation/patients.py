"""The hospital's patients of a task, read once and again only where a table's file has changed."""

from pathlib import Path

from contract.names import TaskName
from contract.tasks import Task
from envoy.submission import LocalData, read_patients
from envoy.table_files import find_table
from envoy.table_schemas import ADMISSIONS, DIAGNOSES, PATIENTS

_Signature = tuple[tuple[str, int, int] | None, ...]
"""Of each table its place, the time of its last change in nanoseconds, and its size."""


class Patients:
    """Reads a folder of tables.

    Args:
        folder: The tables.
        seed: Decides who is held out.
        held_out_share: Share of the patients that is.
    """

    def __init__(self, folder: Path, *, seed: int, held_out_share: float) -> None:
        self._folder = folder
        self._seed, self._held_out_share = seed, held_out_share
        self._read: dict[TaskName, tuple[_Signature, LocalData]] = {}

    def of(self, task: Task) -> LocalData:
        """Give the patients of a task: the same object as long as neither the tables nor the task have changed.

        Raises:
            DataError: The tables have a defect.
        """
        found = self._signature()
        last = self._read.get(task.name)
        if last is None or last[0] != found or last[1].task != task:
            data = read_patients(task, self._folder, seed=self._seed, held_out_share=self._held_out_share)
            last = self._read[task.name] = found, data
        return last[1]

    def _signature(self) -> _Signature:
        return tuple(_signed(find_table(self._folder, table.name)) for table in (DIAGNOSES, ADMISSIONS, PATIENTS))


def _signed(path: Path | None) -> tuple[str, int, int] | None:
    if path is None:
        return None
    try:
        found = path.stat()
    except OSError:  # gone meanwhile; whoever reads it says so
        return None
    return str(path), found.st_mtime_ns, found.st_size
