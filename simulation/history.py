"""What a run of a simulated federation gave: rows as a frame and a figure, its model, and the folder that keeps it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from contract.artifacts.model_file import max_model_bytes, read_model, write_model
from contract.artifacts.scaler_file import max_scaler_bytes, read_scaler, write_scaler
from contract.names import Digest
from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import Task
from simulation.curves import Curves, curves_of
from simulation.errors import ExperimentError, SavedRunError, hints_told
from simulation.round_metrics import HEADER, TOO_FEW, Model, RoundRow, main_score, read_rows, written
from simulation.run_folder import MODEL, PICTURE, RECORD, ROWS, SCALER, read_file, read_record, write_folder
from simulation.run_record import RunRecord

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MAX_ROW_BYTES = 512
_ROWS_A_HOSPITAL = 2


class GlobalModel(NamedTuple):
    """The model after the last round, and the scaler that it stands behind."""

    state: State
    scaler: ScalerState


@dataclass(frozen=True, eq=False, repr=False)
class History:
    """What a run gave.

    Args:
        record: What was run.
        rows: How each model did at each hospital after each round that was measured, in order.
        model: The global model of the last round; None where each hospital has only its own.
    """

    record: RunRecord
    rows: tuple[RoundRow, ...]
    model: GlobalModel | None

    @property
    def task(self) -> Task:
        """What was learned."""
        return self.record.definition.to_task()

    @property
    def strategy(self) -> str:
        """How it was combined; ``alone`` or ``pooled`` where nothing was."""
        return self.record.strategy

    @property
    def parameters(self) -> Mapping[str, float]:
        """The strategy's: those given, and the defaults of the others."""
        return self.record.parameters

    @property
    def rounds(self) -> int:
        """How many were run."""
        return self.record.rounds

    @property
    def seed(self) -> int:
        """What drew or split the patients and ordered the training."""
        return self.record.seed

    @property
    def seconds(self) -> float:
        """How long it took, with the measuring."""
        return self.record.seconds

    @property
    def sha256(self) -> Digest | None:
        """Digest of the global model's file after the last round; None: there is no common one."""
        return self.record.sha256

    @property
    def state(self) -> State:
        """The global model after the last round, tensor by name.

        Raises:
            ExperimentError: There is no common one.
        """
        return self._common.state

    @property
    def scaler(self) -> ScalerState:
        """What the global model stands behind.

        Raises:
            ExperimentError: There is no common model.
        """
        return self._common.scaler

    @property
    def frame(self) -> "pd.DataFrame":
        """A row for each round, hospital and model, with the columns of ``rounds.csv``; a new one each time."""
        import pandas as pd  # late: takes a quarter of a second

        header = list(self.rows[0].header if self.rows else HEADER)
        rows = pd.DataFrame([row.cells for row in self.rows], columns=header)
        return rows.astype(dict.fromkeys(header[4:], "float64"))

    @property
    def last(self) -> tuple[RoundRow, ...]:
        """The rows of the last round."""
        return tuple(row for row in self.rows if row.round == self.rounds)

    @property
    def served(self) -> Model:
        """Which model a hospital has in the end: the global one, or where there is none its own."""
        return "local" if self.model is None else "global"

    @hints_told()
    def curves(self, metric: str | None = None, model: Model | None = None) -> Curves:
        """Give a metric at each hospital after each round, with the mean and the worst of them.

        Args:
            metric: A column of the frame that is a score; None: accuracy, of a binary outcome AUROC.
            model: ``global`` or ``local``; None: ``served``.
        """
        return curves_of(self.rows, main_score(self.task) if metric is None else metric, model or self.served)

    @hints_told()
    def plot(self, metric: str | None = None, model: Model | None = None, *, ax: "Axes | None" = None) -> "Figure":
        """Draw a metric over the rounds: a thin line a hospital, their mean and the worst of them.

        Args:
            metric: A column of the frame that is a score; None: accuracy, of a binary outcome AUROC.
            model: ``global`` or ``local``; None: ``served``.
            ax: Where; None: in a figure of its own, which a notebook shows.

        Raises:
            PlotsMissingError: There is no matplotlib.
        """
        from simulation.figures import draw_run

        curves, which = self.curves(metric, model), model or self.served
        return draw_run(curves, f"{self._title}: the {which} model after each round", self.task.notice, ax)

    @hints_told()
    def save(self, folder: "str | PathLike[str]", *, picture: bool = False) -> Path:
        """Write the run into a folder: ``history.json``, ``rounds.csv``, ``model.pt``, ``scaler.pkl``.

        Args:
            folder: New, empty, or of a run that was saved there before, which is replaced.
            picture: Whether ``plot()`` goes beside them, as ``rounds.png``.

        Returns:
            The folder.

        Raises:
            SavedRunError: Something else is there, or the folder can't be made.
            ExperimentError: The model was changed since the run.
            PlotsMissingError: A picture is wanted, and there is no matplotlib.
        """
        files = {RECORD: self.record.as_file(), ROWS: written(self.rows)}
        if self.model is not None:
            files[MODEL] = write_model(self.model.state, self.task.layout)
            files[SCALER] = write_scaler(self.model.scaler)
            if (Digest.of(files[MODEL]), Digest.of(files[SCALER])) != (self.record.sha256, self.record.scaler_sha256):
                raise ExperimentError(
                    "The model is not any more the one that this run gave: its tensors were changed in their place.",
                    hint="Change a copy, as numpy's array.copy() gives one; and run it again.",
                )
        if picture:
            from simulation.figures import as_png

            files[PICTURE] = as_png(self.plot())
        write_folder(Path(folder), files)
        return Path(folder)

    @classmethod
    @hints_told()
    def load(cls, folder: "str | PathLike[str]") -> "History":
        """Read what ``save`` wrote; nothing in the files is executed, and each is held against the record.

        Raises:
            SavedRunError: The folder is no saved run, or a file is not the one that was saved.
            ArtifactError: The model or the scaler is not what the contract allows.
        """
        folder = Path(folder)
        record = read_record(folder)
        most = (record.rounds * len(record.hospitals) * _ROWS_A_HOSPITAL + 1) * _MAX_ROW_BYTES
        rows = tuple(read_rows(read_file(folder, ROWS, most)))
        _require_rows_of(record, rows)
        return cls(record, rows, None if record.sha256 is None else _read_common(folder, record))

    @property
    def _common(self) -> GlobalModel:
        if self.model is None:
            raise ExperimentError(
                "Each hospital has a model of its own here; there is no common one.",
                hint="Federation.run and run_pooled give one.",
            )
        return self.model

    @property
    def _title(self) -> str:
        return f"{self.strategy}, {count(len(self.record.hospitals), 'hospital')}"

    def __repr__(self) -> str:
        curves = self.curves()
        at_the_end = f"{curves.metric}={curves.mean[-1]:.4f}, worst={curves.worst[-1]:.4f}"
        if math.isnan(curves.mean[-1]):
            at_the_end = f"{curves.metric}: {TOO_FEW}"
        return (
            f"History(strategy={self.strategy!r}, rounds={self.rounds}, hospitals={len(self.record.hospitals)}, "
            f"seed={self.seed}, {at_the_end}, sha256={self.sha256!r})"
        )

    def _repr_html_(self) -> str:
        frame, score = self.frame, main_score(self.task)
        last = frame[frame["round"] == self.rounds].pivot(index="hospital", columns="model", values=score)
        said = "AUROC" if self.task.is_binary else "Accuracy"
        names = [each.name for each in self.record.hospitals]
        digest = f"<br>model <code>{self.sha256}</code>" if self.sha256 else ""
        return (
            f"<p><b>{self._title}</b>, {count(self.rounds, 'round')}, seed {self.seed} {digest}<br>"
            f"{said} on held-out patients after the last round. {escape(self.task.notice)}</p>"
            f"{last.loc[names].to_html(max_rows=12, float_format='{:.4f}'.format, na_rep=TOO_FEW)}"
        )


def count(number: int, what: str) -> str:
    """Say how many: ``1 round``, ``2 rounds``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def _read_common(folder: Path, record: RunRecord) -> GlobalModel:
    task = record.definition.to_task()
    model = read_file(folder, MODEL, max_model_bytes(task.layout))
    scaler = read_file(folder, SCALER, max_scaler_bytes(len(task.columns)))
    for name, data, digest in ((MODEL, model, record.sha256), (SCALER, scaler, record.scaler_sha256)):
        if Digest.of(data) != digest:
            raise SavedRunError(
                f"{name} is not the file that history.json names by its digest.", hint="Run it again, and save it."
            )
    return GlobalModel(read_model(model, task.layout), read_scaler(scaler, len(task.columns)))


def _require_rows_of(record: RunRecord, rows: tuple[RoundRow, ...]) -> None:
    """Refuse rows that are none of this run's: of other hospitals or rounds, twice, with gaps, or not to its end."""
    recorded = {(each.name, each.num_examples): each.held_out for each in record.hospitals}
    is_binary = record.definition.to_task().is_binary
    may_be_silent = {None} if is_binary else set()  # with too few outcomes to judge, their number is not said either
    are_its = all(
        ("auroc" in row.metrics) == is_binary
        and row.metrics["held_out"] in {recorded.get((row.hospital, row.num_examples)), *may_be_silent}
        for row in rows
    )
    found = {(row.hospital, row.num_examples) for row in rows}
    rounds, models = {row.round for row in rows}, {row.model for row in rows}
    places = {(row.round, row.hospital, row.model) for row in rows}
    # counted before any is made of them: what the files name is not ours
    is_whole = len(places) == len(rows) == len(rounds) * len(record.hospitals) * len(models) and found == set(recorded)
    has_served = ("local" if record.sha256 is None else "global") in models
    if not (is_whole and are_its and has_served) or max(rounds, default=0) != record.rounds or min(rounds) < 1:
        raise SavedRunError("rounds.csv is not that of the run in history.json.", hint="Run it again, and save it.")
