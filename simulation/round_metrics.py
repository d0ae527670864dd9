"""Each round's metrics at each hospital, as a table for a spreadsheet."""

import csv
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from contract.tasks import RISK_LEVELS, Task
from simulation.in_process import Hospital, Round

COLUMNS = ("accuracy", "macro_f1", *(f"f1_{level}" for level in RISK_LEVELS), "loss", "held_out")


class RoundMetrics:
    """A CSV file with two rows a round and hospital: its ``local`` model, and the ``global`` one that the round gave.

    Both are held against that hospital's held-out patients; what can't be said there is empty. A round is in the file
    as soon as it is over.

    Args:
        path: Replaced if it is there.
        task: What is learned.
        hospitals: Whose rows these are.
    """

    def __init__(self, path: Path, task: Task, hospitals: Sequence[Hospital]) -> None:
        self._task, self._hospitals = task, hospitals
        self._file = path.open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._file, lineterminator="\n")
        self._rows.writerow(["round", "hospital", "num_examples", "model", *COLUMNS])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, done: Round) -> None:
        """Measure a round and write it down."""
        found = done.metrics(self._task, self._hospitals)
        for hospital, pair in zip(self._hospitals, found, strict=True):
            for model, metrics in zip(("local", "global"), pair, strict=True):
                beginning = [done.number, hospital.name, len(hospital.split.training), model]
                self._rows.writerow([*beginning, *(metrics[column] for column in COLUMNS)])
        self._file.flush()
