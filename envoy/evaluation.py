"""How well a model does on patients that it never saw."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.messages.base import MetricValue
from contract.network import State, forward, softmax
from contract.scaler import ScalerState
from contract.tasks import RISK_LEVELS, Task
from envoy.cohort import Cohort


@dataclass(frozen=True)
class Evaluation:
    """Counts of true level (row) × predicted level (column), and the mean cross-entropy in nats."""

    confusion: NDArray[np.int64]
    loss: float | None

    @property
    def metrics(self) -> dict[str, MetricValue]:
        """Accuracy, F1 by level and their mean; null where a level has no patient, never 0 in its place."""
        total = int(self.confusion.sum())
        f1 = [self._f1(level) for level in range(len(RISK_LEVELS))]
        present = [value for value in f1 if value is not None]
        return {
            "accuracy": float(np.trace(self.confusion)) / total if total else None,
            "macro_f1": sum(present) / len(present) if present else None,
            **{f"f1_{name}": value for name, value in zip(RISK_LEVELS, f1, strict=True)},
            "loss": self.loss,
            "held_out": float(total),
            "confusion": [[int(count) for count in row] for row in self.confusion],
        }

    def _f1(self, level: int) -> float | None:
        actual, predicted = self.confusion[level].sum(), self.confusion[:, level].sum()
        if not actual:
            return None
        return float(2 * self.confusion[level, level] / (actual + predicted))


def evaluate(task: Task, state: State, scaler: ScalerState, cohort: Cohort) -> Evaluation:
    """Hold a model behind its scaler against a cohort."""
    levels = len(RISK_LEVELS)
    confusion = np.zeros((levels, levels), np.int64)
    if not len(cohort):
        return Evaluation(confusion, None)
    probabilities = softmax(forward(task.architecture, state, scaler.transform(cohort.features)))
    np.add.at(confusion, (cohort.labels, probabilities.argmax(axis=1)), 1)
    likelihoods = probabilities[np.arange(len(cohort)), cohort.labels]
    loss = float(-np.log(np.maximum(likelihoods, np.finfo(np.float64).tiny)).mean())
    return Evaluation(confusion, loss)
