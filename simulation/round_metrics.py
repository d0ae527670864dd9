"""Each round's metrics at each hospital: measured once, and the same columns in a file as in a frame."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from contract.errors import FederationError
from contract.messages.base import MetricValue
from contract.metrics import require_metrics
from contract.names import EnvoyName
from contract.tasks import RISK_LEVELS
from simulation.errors import SavedRunError

if TYPE_CHECKING:
    from contract.tasks import Task
    from simulation.in_process import Hospital, Round

COLUMNS = ("accuracy", "macro_f1", *(f"f1_{level}" for level in RISK_LEVELS), "loss", "held_out")
BINARY_COLUMNS = ("auroc", "auprc", "brier", "loss", "calibration_in_the_large", "accuracy", "held_out")
"""What is measured of a task with levels, and of one with a binary outcome."""
_FIRST = ("round", "hospital", "num_examples", "model")
HEADER = (*_FIRST, *COLUMNS)
_HEADERS = {(*_FIRST, *columns): columns for columns in (COLUMNS, BINARY_COLUMNS)}

TOO_FEW = "too few outcomes to judge"
"""What people read where there is no figure."""

Model = Literal["local", "global"]
"""What a hospital trained for the round, and what the round gave to all."""


@dataclass(frozen=True)
class RoundRow:
    """How a model does on one hospital's held-out patients after a round.

    Args:
        round: Its number, from 1.
        hospital: Whose patients these are.
        num_examples: Training rows there.
        model: Which.
        metrics: As measured; null where there is nothing to say.
    """

    round: int
    hospital: EnvoyName
    num_examples: int
    model: Model
    metrics: Mapping[str, MetricValue]

    @property
    def header(self) -> tuple[str, ...]:
        """What stands above it in a table."""
        return (*_FIRST, *(BINARY_COLUMNS if "auroc" in self.metrics else COLUMNS))

    @property
    def cells(self) -> tuple[MetricValue | str, ...]:
        """The row below ``header``."""
        metrics = (self.metrics.get(column) for column in self.header[len(_FIRST) :])
        return (self.round, str(self.hospital), self.num_examples, self.model, *metrics)


def main_score(task: "Task") -> str:
    """Name the metric to look at first: accuracy, of a binary outcome AUROC."""
    return "auroc" if task.is_binary else "accuracy"


def rows_of(done: "Round", task: "Task", hospitals: "Sequence[Hospital]") -> list[RoundRow]:
    """Measure a round: two rows a hospital, its ``local`` model and the ``global`` one that the round gave."""
    models: tuple[Model, Model] = ("local", "global")
    return [
        RoundRow(done.number, hospital.name, len(hospital.split.training), model, metrics)
        for hospital, pair in zip(hospitals, done.metrics(task, hospitals), strict=True)
        for model, metrics in zip(models, pair, strict=True)
    ]


class RoundMetrics:
    """A CSV file of rows; what can't be said is empty. A round is in the file as soon as it is written.

    Args:
        path: Replaced if it is there.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._file, lineterminator="\n")
        self._has_header = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, rows: Iterable[RoundRow]) -> None:
        """Write a round down."""
        for row in rows:
            if not self._has_header:
                self._rows.writerow(row.header)
                self._has_header = True
            self._rows.writerow(row.cells)
        self._file.flush()


def written(rows: Iterable[RoundRow]) -> bytes:
    """Give what ``RoundMetrics`` writes."""
    text, all_rows = io.StringIO(newline=""), list(rows)
    header = all_rows[0].header if all_rows else HEADER
    csv.writer(text, lineterminator="\n").writerows([header, *(row.cells for row in all_rows)])
    return text.getvalue().encode()


def read_rows(data: bytes) -> Iterator[RoundRow]:
    """Read such a file.

    Raises:
        SavedRunError: It is none, or a value is none of its metric's.
    """
    try:
        lines = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
        columns = _HEADERS.get(tuple(next(lines, ())))
        if columns is None:
            raise _refusal(1, f"the columns are not {', '.join(HEADER)}")
        for line, cells in enumerate(lines, start=2):
            yield _row(line, cells, columns)
    except (UnicodeDecodeError, csv.Error):
        raise SavedRunError("rounds.csv is no table of text.", hint=_HINT) from None


_HINT = "Save the run again: nobody else writes into its folder."


def _row(line: int, cells: Sequence[str], columns: Sequence[str]) -> RoundRow:
    try:
        number, hospital, num_examples, model, *found = cells
        metrics = {name: float(text) if text else None for name, text in zip(columns, found, strict=True)}
        require_metrics(metrics)
        if model not in ("local", "global"):
            raise ValueError("no model")
        named: Model = "local" if model == "local" else "global"
        return RoundRow(int(number), EnvoyName(hospital), int(num_examples), named, metrics)
    except (ValueError, FederationError) as error:
        raise _refusal(line, error.sentence if isinstance(error, FederationError) else "it is no row of them") from None


def _refusal(line: int, why: str) -> SavedRunError:
    return SavedRunError(f"rounds.csv, line {line}: {why.rstrip('.')}.", hint=_HINT, line=line)
