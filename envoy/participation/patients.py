"""The hospital's patients of a task, read once and again only where a table has changed."""

from pathlib import Path

from contract.names import TaskName
from contract.tasks import Task
from envoy.reading import Signatures, signatures
from envoy.submission import LocalData, read_patients
from envoy.table_sources import TableSource


class Patients:
    """Reads a hospital's tables.

    Args:
        source: Where they lie; of a folder its path.
        seed: Decides who is held out.
        held_out_share: Share of the patients that is.
    """

    def __init__(self, source: TableSource | Path, *, seed: int, held_out_share: float) -> None:
        self._source = source
        self._seed, self._held_out_share = seed, held_out_share
        self._read: dict[TaskName, tuple[Signatures, LocalData]] = {}

    def of(self, task: Task) -> LocalData:
        """Give the patients of a task: the same object as long as neither the tables nor the task have changed.

        Raises:
            DataError: The tables have a defect.
            EnvoyError: The bucket that they lie in can't be read.
        """
        found = signatures(task, self._source)
        last = self._read.get(task.name)
        if last is None or last[0] != found or last[1].task != task:
            data = read_patients(task, self._source, seed=self._seed, held_out_share=self._held_out_share)
            last = self._read[task.name] = found, data
        return last[1]
