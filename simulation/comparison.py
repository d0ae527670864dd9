"""Runs side by side: what each reached, how soon, and at which hospital it does worst."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from contract.metrics import is_cost
from contract.tasks import Task
from simulation.bounds import number
from simulation.curves import NOT_MEASURED, Curves
from simulation.errors import ExperimentError, hints_told
from simulation.history import History
from simulation.round_metrics import TOO_FEW, main_score
from simulation.run_record import told_apart

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LAST_DIGITS = 1e-9


@dataclass(frozen=True)
class ComparedRun:
    """What one run reached, of the model that a hospital has in the end.

    Args:
        run: Its label.
        strategy: Its strategy.
        parameters: The strategy's, as beside a command.
        rounds: How many.
        seed: Its seed.
        hospitals: How many.
        num_examples: Training rows of all of them.
        mean: Over the hospitals, after the last round.
        worst: At the worst hospital, after the last round.
        worst_hospital: That one.
        best_mean: Over the hospitals, after the best round.
        best_round: That one.
        rounds_to_reach: The first round whose mean is at the target; None: none is.
        seconds: How long it took, with the measuring.
        sha256: Of its model; None: there is no common one.
    """

    run: str
    strategy: str
    parameters: str
    rounds: int
    seed: int
    hospitals: int
    num_examples: int
    mean: float
    worst: float
    worst_hospital: str | None
    best_mean: float
    best_round: int | None
    rounds_to_reach: int | None
    seconds: float
    sha256: str | None


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Runs of one task, held beside each other by one metric.

    Args:
        metric: Which.
        target: What ``rounds_to_reach`` counts to.
        runs: As given.
        curves: Label → the metric over the rounds.
        task: What all of them learned.
        same_patients: Whether all had the same hospitals, sizes and seed, and by their scalers the same tables.
    """

    metric: str
    target: float
    runs: tuple[ComparedRun, ...]
    curves: Mapping[str, Curves]
    task: Task
    same_patients: bool

    @property
    def frame(self) -> "pd.DataFrame":
        """A row a run, by its label; a new one each time."""
        import pandas as pd

        frame = pd.DataFrame([vars(each) for each in self.runs]).set_index("run")
        return frame.astype({"best_round": "Int64", "rounds_to_reach": "Int64"})

    @property
    def caution(self) -> str:
        """What a reader must know of the runs; mostly nothing."""
        others = "" if self.same_patients else "These runs had different patients: differences may be theirs."
        is_partly = any(len(self.curves[each.run].rounds) < each.rounds for each in self.runs)
        before = (
            "Not every round was measured: the best may lie, and the target be reached, before." if is_partly else ""
        )
        return f"{others} {before}".strip()

    @hints_told()
    def plot(self, *, ax: "Axes | None" = None) -> "Figure":
        """Draw the mean hospital of each run, and thinner its worst hospital.

        Raises:
            PlotsMissingError: There is no matplotlib.
        """
        from simulation.figures import draw_runs

        return draw_runs(self.curves, "The model that hospitals have after each round", self.notice, ax)

    @property
    def notice(self) -> str:
        """What stands below a figure: the task's notice and the caution."""
        return f"{self.task.notice} {self.caution}".strip()

    @property
    def _target(self) -> str:
        return TOO_FEW if math.isnan(self.target) else f"{self.target:.4g}"

    def __repr__(self) -> str:
        return f"Comparison(metric={self.metric!r}, runs={[each.run for each in self.runs]}, target={self._target})"

    def _repr_html_(self) -> str:
        shown = self.frame[list(SHOWN)].to_html(float_format="{:.4f}".format, na_rep="")
        return f"<p><b>{self.metric}</b>, rounds to reach {self._target}. {escape(self.notice)}</p>{shown}"


SHOWN = ("rounds", "mean", "worst", "worst_hospital", "best_mean", "best_round", "rounds_to_reach")
"""The columns for a reader's first look."""


@hints_told()
def compare(
    histories: Iterable[History] | Mapping[str, History], metric: str | None = None, *, target: float | None = None
) -> Comparison:
    """Hold runs beside each other.

    Args:
        histories: One or more, with labels of one's own or without.
        metric: A column of their frames that is a score; None: accuracy, of a binary outcome AUROC.
        target: What ``rounds_to_reach`` counts to, for the mean over the hospitals; None: the best that all of them
            reach in which there was something to measure.

    Raises:
        ExperimentError: There are none, they learned different tasks, it is no score, or the target no number.
    """
    if isinstance(histories, Mapping):
        labelled = dict(histories)
    else:
        given = list(histories)
        labelled = dict(zip(told_apart([each.record for each in given]), given, strict=True))
    if not labelled:
        raise ExperimentError("There is nothing to compare.", hint="Give one history or more.")
    first, *others = labelled.values()
    if any(each.record.definition.digest != first.record.definition.digest for each in others):
        raise ExperimentError("These runs learned different tasks.", hint="Compare runs of one task.")
    metric = main_score(first.task) if metric is None else metric
    curves = {label: history.curves(metric) for label, history in labelled.items()}
    if target is None:
        best = [each.best for each in curves.values() if each.best_round is not None]
        target = (max if is_cost(metric) else min)(best, default=NOT_MEASURED)
    else:
        target = number("target", target)
    return Comparison(
        metric,
        target,
        tuple(_compared(label, history, curves[label], target) for label, history in labelled.items()),
        curves,
        first.task,
        all(_share_patients(*pair) for pair in combinations(labelled.values(), 2)),
    )


def _compared(label: str, history: History, curves: Curves, target: float) -> ComparedRun:
    record = history.record
    return ComparedRun(
        run=label,
        strategy=record.strategy,
        parameters=record.shown_parameters,
        rounds=record.rounds,
        seed=record.seed,
        hospitals=len(record.hospitals),
        num_examples=record.num_examples,
        mean=curves.mean[-1],
        worst=curves.worst[-1],
        worst_hospital=curves.worst_hospital,
        best_mean=curves.best,
        best_round=curves.best_round,
        rounds_to_reach=curves.rounds_to_reach(target),
        seconds=record.seconds,
        sha256=record.sha256,
    )


def _share_patients(one: History, other: History) -> bool:
    """Tell whether two runs had the same hospitals, sizes and seed, and tables with the same mean and spread.

    Pooled or merged, a scaler of the same patients differs in its last digits alone.
    """
    if (one.record.hospitals, one.seed) != (other.record.hospitals, other.seed):
        return False
    if one.model is None or other.model is None:
        return True
    ours, theirs = one.model.scaler, other.model.scaler
    return all(
        np.allclose(ours_of, theirs_of, _LAST_DIGITS, _LAST_DIGITS)
        for ours_of, theirs_of in ((ours.mean, theirs.mean), (ours.scale, theirs.scale))
    )
