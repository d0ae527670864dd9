"""What sharing brings where an outcome is binary, by hospital: alone, all opinions averaged, together, pooled.

Every way is held against the same rows of each hospital. The pooled one is scikit-learn's logistic regression on
everybody's rows in one place, which no federation may do; it shares no line of code with ours.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.network import State, forward, sigmoid
from contract.scaler import ScalerState
from contract.tasks import Task
from envoy.cohort import Cohort
from envoy.evaluation import BinaryEvaluation, auroc, average_precision
from simulation.in_process import Hospital, pooled, run_federation

Logits = NDArray[np.float64]
Answering = Callable[[int, Cohort], Logits]
"""(which hospital asks, its rows) → the logits that it is answered with."""

LOCAL, ENSEMBLE, FEDERATED, POOLED, ORACLE = "local", "ensemble of locals", "federated", "pooled", "oracle"


@dataclass(frozen=True)
class Figures:
    """How well a way ranks and how honest its probabilities are, on one hospital's rows."""

    auroc: float
    auprc: float
    brier: float
    accuracy: float

    @classmethod
    def of(cls, happened: NDArray[np.int64], logits: Logits) -> "Figures":
        """Measure: n outcomes, of which both kinds are there, and n logits."""
        held = BinaryEvaluation(happened, logits)
        return cls(
            auroc(happened, logits),
            average_precision(happened, logits),
            float(np.square(sigmoid(logits) - happened).mean()),
            held.accuracy or 0.0,
        )


def ways_to_answer(task: Task, hospitals: Sequence[Hospital], *, rounds: int, seed: int) -> Mapping[str, Answering]:
    """Train each way.

    Args:
        task: With a binary outcome, and a plan for one round.
        hospitals: Their rows, split; those of ``training`` are trained on, those of ``validation`` may stop it.
        rounds: Of the federation; a hospital alone trains as many.
        seed: Orders the training.

    Returns:
        Way → what answers; ``ORACLE`` is the caller's to add where a truth is known.
    """
    alone = [run_federation(task, [each], rounds=rounds, seed=seed) for each in hospitals]
    locals_ = [_linear(task, run.state, run.scaler) for run in alone]
    federated = federated_alone(task, hospitals, rounds=rounds, seed=seed)
    in_one_place = pooled_alone(task, hospitals)
    return {
        LOCAL: lambda place, rows: locals_[place](rows),
        ENSEMBLE: lambda _, rows: _mean_opinion([model(rows) for model in locals_]),
        FEDERATED: lambda _, rows: federated(rows),
        POOLED: lambda _, rows: in_one_place(rows),
    }


def federated_alone(task: Task, hospitals: Sequence[Hospital], *, rounds: int, seed: int) -> Callable[[Cohort], Logits]:
    """Train the federation by plain averaging, and give what answers."""
    run = run_federation(task, hospitals, rounds=rounds, seed=seed)
    return _linear(task, run.state, run.scaler)


def _linear(task: Task, state: State, scaler: ScalerState) -> Callable[[Cohort], Logits]:
    return lambda rows: forward(task.architecture, state, scaler.transform(rows.features))[:, 0]


def pooled_alone(task: Task, hospitals: Sequence[Hospital]) -> Callable[[Cohort], Logits]:
    """Fit scikit-learn's logistic regression to everybody's training rows, and give what answers."""
    from sklearn.linear_model import LogisticRegression  # late: scikit-learn takes a second

    rows = pooled(hospitals).split.training
    scaler = task.fit_scaler(rows.features)
    model = LogisticRegression(C=1.0, max_iter=10_000).fit(scaler.transform(rows.features), rows.labels)

    def answer(asked: Cohort) -> Logits:
        logits: Logits = model.decision_function(scaler.transform(asked.features))
        return logits

    return answer


def _mean_opinion(logits: Sequence[Logits]) -> Logits:
    """Average probabilities; the logit of their mean."""
    mean = np.clip(np.mean([sigmoid(each) for each in logits], axis=0), 1e-12, 1 - 1e-12)
    opinion: Logits = np.log(mean / (1 - mean))
    return opinion
