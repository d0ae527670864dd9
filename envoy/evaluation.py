"""How well a model does on patients that it never saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from contract.messages.base import MetricValue
from contract.network import State, forward, sigmoid, softmax
from contract.scaler import ScalerState
from contract.small_counts import may_be_told
from contract.tasks import RISK_LEVELS, Task
from envoy.cohort import Cohort

_DIGITS = 3
_STAYS = frozenset({"confusion"})
"""Counts of patients cell by cell: for the hospital's own eyes."""


class Evaluation(Protocol):
    """A model held against patients."""

    @property
    def rows(self) -> int:
        """How many rows it was held against."""

    @property
    def loss(self) -> float | None:
        """The mean cross-entropy in nats; None without a row."""

    @property
    def accuracy(self) -> float | None:
        """The share of rows whose likeliest label is theirs; None without a row."""

    @property
    def metrics(self) -> dict[str, MetricValue]:
        """What is said of it here; what ``leaving`` lets through is said to others."""


@dataclass(frozen=True)
class LevelsEvaluation:
    """Counts of true level (row) × predicted level (column), and the mean cross-entropy in nats."""

    confusion: NDArray[np.int64]
    loss: float | None

    @property
    def rows(self) -> int:
        """How many rows it was held against."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float | None:
        """The share of rows on the diagonal."""
        return float(np.trace(self.confusion)) / self.rows if self.rows else None

    @property
    def metrics(self) -> dict[str, MetricValue]:
        """Accuracy, F1 by level and their mean; null where a level has no patient, never 0 in its place."""
        f1 = [self._f1(level) for level in range(len(RISK_LEVELS))]
        present = [value for value in f1 if value is not None]
        return {
            "accuracy": self.accuracy,
            "macro_f1": sum(present) / len(present) if present else None,
            **{f"f1_{name}": value for name, value in zip(RISK_LEVELS, f1, strict=True)},
            "loss": self.loss,
            "held_out": float(self.rows),
            "confusion": [[int(count) for count in row] for row in self.confusion],
        }

    def _f1(self, level: int) -> float | None:
        actual, predicted = self.confusion[level].sum(), self.confusion[:, level].sum()
        if not actual:
            return None
        return float(2 * self.confusion[level, level] / (actual + predicted))


@dataclass(frozen=True)
class BinaryEvaluation:
    """Whether something happened in each of n rows, and the logit that a model gave it.

    Args:
        happened: n times 0 or 1.
        logits: n logits.
    """

    happened: NDArray[np.int64]
    logits: NDArray[np.float64]

    @property
    def rows(self) -> int:
        """How many rows it was held against."""
        return len(self.happened)

    @cached_property
    def loss(self) -> float | None:
        """The mean log-loss in nats."""
        if not self.rows:
            return None
        return float(np.logaddexp(0.0, np.where(self.happened == 1, -self.logits, self.logits)).mean())

    @property
    def accuracy(self) -> float | None:
        """The share of rows whose likelier outcome is theirs."""
        return float(((self.logits >= 0) == self.happened).mean()) if self.rows else None

    @property
    def can_be_judged(self) -> bool:
        """Whether the events are enough for a figure to say something, and for it to tell of no patient."""
        events = int(self.happened.sum())
        return may_be_told(events) and may_be_told(self.rows - events)

    @cached_property
    def metrics(self) -> dict[str, MetricValue]:
        """AUROC, AUPRC, Brier score, log-loss, calibration in the large to three digits; null with too few outcomes.

        The last is the mean probability less the share of events: above 0 it warns too much.
        """
        names = ("auroc", "auprc", "brier", "loss", "calibration_in_the_large", "accuracy", "held_out")
        if not self.can_be_judged:
            return dict.fromkeys(names)
        probabilities = sigmoid(self.logits)
        figures = (
            auroc(self.happened, self.logits),
            average_precision(self.happened, self.logits),
            float(np.square(probabilities - self.happened).mean()),
            self.loss or 0.0,
            float(probabilities.mean() - self.happened.mean()),
            self.accuracy or 0.0,
        )
        rounded = [round(figure, _DIGITS) for figure in figures]
        return dict(zip(names, [*rounded, float(self.rows)], strict=True))


def auroc(happened: NDArray[np.int64], scores: NDArray[np.float64]) -> float:
    """Give the chance that a row with the event scores higher than one without; equal scores count half.

    Source: Hanley and McNeil 1982, "The Meaning and Use of the Area under a ROC Curve": the Mann-Whitney statistic.

    Args:
        happened: n times 0 or 1, both at least once.
        scores: n numbers.
    """
    _, place, times = np.unique(scores, return_inverse=True, return_counts=True)
    middle_rank = np.cumsum(times) - (times - 1) / 2
    events = happened == 1
    count = int(events.sum())
    above = middle_rank[place][events].sum() - count * (count + 1) / 2
    return float(above / (count * (len(happened) - count)))


def average_precision(happened: NDArray[np.int64], scores: NDArray[np.float64]) -> float:
    """Give the area under the precision-recall curve as a sum of steps, Σ (R_n - R_{n-1})·P_n, from the highest score.

    Source: Davis and Goadrich 2006, "The Relationship Between Precision-Recall and ROC Curves"; the sum of steps that
    scikit-learn's ``average_precision_score`` takes, without interpolation between them.

    Args:
        happened: n times 0 or 1, at least one of them 1.
        scores: n numbers.
    """
    values, place = np.unique(-scores, return_inverse=True)
    events = np.bincount(place, weights=happened, minlength=len(values))
    taken = np.cumsum(np.bincount(place, minlength=len(values)))
    found = np.cumsum(events)
    return float((events / found[-1] * (found / taken)).sum())


def evaluate(task: Task, state: State, scaler: ScalerState, cohort: Cohort) -> Evaluation:
    """Hold a model behind its scaler against a cohort."""
    return (evaluate_binary if task.is_binary else evaluate_levels)(task, state, scaler, cohort)


def evaluate_binary(task: Task, state: State, scaler: ScalerState, cohort: Cohort) -> BinaryEvaluation:
    """Hold a model of a task with a binary outcome against a cohort."""
    logits = forward(task.architecture, state, scaler.transform(cohort.features))[:, 0]
    return BinaryEvaluation(cohort.labels, logits)


def evaluate_levels(task: Task, state: State, scaler: ScalerState, cohort: Cohort) -> LevelsEvaluation:
    """Hold a model of a task with levels against a cohort."""
    levels = len(RISK_LEVELS)
    confusion = np.zeros((levels, levels), np.int64)
    if not len(cohort):
        return LevelsEvaluation(confusion, None)
    probabilities = softmax(forward(task.architecture, state, scaler.transform(cohort.features)))
    np.add.at(confusion, (cohort.labels, probabilities.argmax(axis=1)), 1)
    likelihoods = probabilities[np.arange(len(cohort)), cohort.labels]
    loss = float(-np.log(np.maximum(likelihoods, np.finfo(np.float64).tiny)).mean())
    return LevelsEvaluation(confusion, loss)


def leaving(metrics: Mapping[str, MetricValue]) -> dict[str, MetricValue]:
    """Give what of a model's metrics may leave the hospital: no counts of patients cell by cell."""
    return {name: value for name, value in metrics.items() if name not in _STAYS}
