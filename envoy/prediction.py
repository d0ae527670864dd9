"""What this hospital's model and the common one say of its own rows: computed here, for its own eyes."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from contract.network import Matrix, State, forward
from contract.scaler import ScalerState
from contract.tasks import RISK_LEVELS, Task

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class RowsToPredict:
    """Rows for which a model is asked.

    Args:
        keys: Name → of n rows what tells one from another, such as the patient.
        columns: n × columns of the task.
        why_not: Of n rows why nothing is said of it; "": something is.
    """

    keys: Mapping[str, Sequence[str]]
    columns: Matrix
    why_not: Sequence[str]

    def __len__(self) -> int:
        return len(self.why_not)


@dataclass(frozen=True)
class Model:
    """A state and the scaler in front of it."""

    state: State
    scaler: ScalerState


def predicted(task: Task, rows: RowsToPredict, models: Mapping[str, Model | None]) -> Mapping[str, Sequence[str]]:
    """Ask models of rows: columns of texts, in order.

    Args:
        task: What was learned.
        rows: The rows.
        models: Who is asked → the model; None: there is none yet, and its columns stay empty.
    """
    columns: dict[str, Sequence[str]] = dict(rows.keys)
    for whose, model in models.items():
        columns |= _said(task, rows, model, whose)
    return columns | {"abstained": rows.why_not}


def written(columns: Mapping[str, Sequence[str]]) -> str:
    """Write columns as comma-separated text in which a spreadsheet finds no formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*([_unformulated(cell) for cell in column] for column in columns.values()), strict=True))
    return text.getvalue()


def _said(task: Task, rows: RowsToPredict, model: Model | None, whose: str) -> Mapping[str, Sequence[str]]:
    names = [f"probability_{whose}"] if task.is_binary else [f"probability_{level}_{whose}" for level in RISK_LEVELS]
    names.append(f"risk_level_{whose}")
    if model is None:
        return {name: [""] * len(rows) for name in names}
    logits = forward(task.architecture, model.state, model.scaler.transform(rows.columns))
    found = task.probabilities(logits)
    levels = task.level_indices(found[:, 1]) if task.is_binary else found.argmax(axis=1)
    shown = found[:, 1:] if task.is_binary else found
    told = [np.char.mod("%.6f", column) for column in shown.T]
    told.append(np.array(RISK_LEVELS)[levels])
    blank = np.array([why != "" for why in rows.why_not], bool)
    return {name: np.where(blank, "", column).tolist() for name, column in zip(names, told, strict=True)}


def _unformulated(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would calculate."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
