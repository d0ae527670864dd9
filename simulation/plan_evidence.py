"""Plans of training in ``docs/evidence.md``: which reach what pooling reaches, on small tables and on large ones."""

import dataclasses
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from contract.names import EnvoyName
from contract.tasks import TrainingPlan
from envoy.cohort import split_of
from envoy.evaluation import auroc
from simulation.clinical_consortium import CLINICAL_HOSPITALS, TASK, hospital_of
from simulation.in_process import Hospital
from simulation.sharing import FEDERATED, POOLED, federated_alone, pooled_alone

SMALL = (300, 260, 60, 130)
LARGE = tuple(profile.admissions for profile in CLINICAL_HOSPITALS)
FRESH = 5_000
_ALL_ROWS = 1_000_000


@dataclass(frozen=True)
class Tried:
    """One plan and how many rounds of it."""

    says: str
    plan: TrainingPlan
    rounds: int


TRIED = (
    Tried("adam 0.01, batches of 64, 2 epochs", TrainingPlan("adam", 0.01, 64, 2), 15),
    Tried("sgd 0.05, batches of 16, 2 epochs", TrainingPlan("sgd", 0.05, 16, 2), 15),
    Tried("sgd 0.1, batches of 64, 2 epochs", TrainingPlan("sgd", 0.1, 64, 2), 20),
    Tried("sgd 0.5, all rows, 2 steps", TrainingPlan("sgd", 0.5, _ALL_ROWS, None, local_steps=2), 15),
    Tried("sgd 0.5, all rows, 2 steps", TrainingPlan("sgd", 0.5, _ALL_ROWS, None, local_steps=2), 30),
    Tried("sgd 0.5, all rows, 30 steps", TrainingPlan("sgd", 0.5, _ALL_ROWS, None, local_steps=30), 30),
)


def gaps(sizes: Sequence[int], seeds: int, fresh: int = FRESH, tried: Sequence[Tried] = TRIED) -> list[list[float]]:
    """Measure for each plan and seed how far the federation's AUROC lies below pooling's, over all fresh patients.

    Args:
        sizes: Admissions of each hospital.
        seeds: How many, from 0 on.
        fresh: Admissions a hospital to judge on.
        tried: The plans.
    """
    found: list[list[float]] = [[] for _ in tried]
    for seed in range(seeds):
        hospitals = [
            Hospital(
                EnvoyName(str(CLINICAL_HOSPITALS[place].name)),
                split_of(TASK, hospital_of(place, seed, size).cohort(TASK), seed),
            )
            for place, size in enumerate(sizes)
        ]
        rows = [hospital_of(place, seed, fresh, is_fresh=True).cohort(TASK) for place in range(len(sizes))]
        labels = np.concatenate([each.labels for each in rows])
        best = auroc(labels, np.concatenate([pooled_alone(TASK, hospitals)(each) for each in rows]))
        for each, reached in zip(tried, found, strict=True):
            task = dataclasses.replace(TASK, training=each.plan)
            model = federated_alone(task, hospitals, rounds=each.rounds, seed=seed)
            reached.append(best - auroc(labels, np.concatenate([model(those) for those in rows])))
    return found


def section(seeds: int) -> str:
    """Measure, and write the part of the page, in Markdown."""
    columns: Mapping[str, list[list[float]]] = {"small": gaps(SMALL, 2 * seeds), "large": gaps(LARGE, seeds)}
    lines = [
        f"| {each.says} | {each.rounds} | {_mean(columns['small'][place])} | {_mean(columns['large'][place])} |"
        for place, each in enumerate(TRIED)
    ]
    return _SECTION.format(
        lines="\n".join(lines),
        small=", ".join(map(str, SMALL)),
        small_seeds=2 * seeds,
        large_seeds=seeds,
        federated=FEDERATED,
        pooled=POOLED,
    )


def _mean(found: Sequence[float]) -> str:
    spread = statistics.stdev(found) if len(found) > 1 else 0.0
    return f"{statistics.fmean(found):+.4f} ± {spread:.4f}"


_SECTION = """
## Plans: how training is parcelled into rounds

How far the {federated} model's AUROC lies below the {pooled} one's, for the task and the truth above (mean ± standard
deviation over seeds): once with tables as small as a consortium's own may be ({small} admissions, {small_seeds} seeds),
once with the five hospitals above ({large_seeds} seeds). Logistic regression from zero, plain averaging.

| plan of a round | rounds | small tables | large tables |
|---|---:|---:|---:|
{lines}

Reading: few steps over all rows and many rounds suit small tables and hospitals that differ: long local training pulls
each hospital to its own best, and their mean is nobody's. With thousands of rows a hospital, small batches go farther
in a round. The built-in tasks take batches of 64, the example of a consortium's own question all rows.
"""
