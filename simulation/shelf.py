"""Hospitals' patients put down in files, so that a process that trains one hospital reads that one's rows alone.

Arrays as ``numpy.save`` writes them, mapped and never unpickled; the folder is the caller's, and goes with its run.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap

from contract.names import EnvoyName
from envoy.cohort import Cohort, Split
from simulation.in_process import Hospital, together

_COLUMNS = ("subject_ids", "features", "labels")
_PARTS = 3
"""Of each hospital: training, held out, own validation, which may have no rows."""


@dataclass(frozen=True)
class Shelf:
    """The folder.

    Args:
        folder: Where the files lie.
    """

    folder: Path

    @classmethod
    def filled(cls, folder: Path, hospitals: Sequence[Hospital]) -> "Shelf":
        """Put hospitals down, in their order.

        Args:
            folder: An empty one.
            hospitals: At least one, all of one task.
        """
        parts = [part for hospital in hospitals for part in _parts(hospital.split)]
        rows = together(parts)
        for name in _COLUMNS:
            column = getattr(rows, name)
            kept = open_memmap(folder / f"{name}.npy", mode="w+", dtype=column.dtype, shape=column.shape)
            kept[:] = column
            kept.flush()
        ends = np.cumsum([len(part) for part in parts]).tolist()
        labels = [
            {"name": str(hospital.name), "validates": hospital.split.own_validation is not None}
            for hospital in hospitals
        ]
        (folder / "hospitals.json").write_text(json.dumps({"ends": ends, "hospitals": labels}), encoding="utf-8")
        return cls(folder)

    def hospital(self, place: int) -> Hospital:
        """Take one down: its rows are read when they are looked at.

        Args:
            place: Counted from 0.
        """
        index = json.loads((self.folder / "hospitals.json").read_text(encoding="utf-8"))
        label = index["hospitals"][place]
        ends = [0, *index["ends"]][_PARTS * place : _PARTS * (place + 1) + 1]
        columns = [open_memmap(self.folder / f"{name}.npy", mode="r") for name in _COLUMNS]
        training, held_out, validation = (
            Cohort(*(np.asarray(column[first:last]) for column in columns)) for first, last in pairwise(ends)
        )
        return Hospital(EnvoyName(label["name"]), Split(training, held_out, validation if label["validates"] else None))


def _parts(split: Split) -> Iterator[Cohort]:
    yield split.training
    yield split.held_out
    yield split.held_out.take(np.arange(0)) if split.own_validation is None else split.own_validation
