"""The tables of ``docs/strategies.md``: every strategy where hospitals see different patients, over several seeds."""

import argparse
import os
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from contract.network import State
from contract.scaler import ScalerState
from envoy.evaluation import evaluate_levels
from simulation.demonstration import DEMONSTRATION
from simulation.in_process import Hospital, Round, dealt_hospitals, pooled, run_federation

LOCAL, POOLED = "local (no sharing)", "pooled (not a federation)"
STRATEGIES: Mapping[str, tuple[str, Mapping[str, float]]] = {
    "fedavg": ("fedavg", {}),
    "mean": ("mean", {}),
    "fedprox, mu = 0.01": ("fedprox", {}),
    "fedprox, mu = 0.1": ("fedprox", {"mu": 0.1}),
    "fedavgm": ("fedavgm", {}),
    "fedadam": ("fedadam", {}),
    "fedyogi": ("fedyogi", {}),
    "clip+fedavg": ("clip+fedavg", {}),
    "clip+fedavgm": ("clip+fedavgm", {}),
    "coordinate_median": ("coordinate_median", {}),
    "trimmed_mean, f = 1": ("trimmed_mean", {}),
    "geometric_median": ("geometric_median", {}),
    "krum, f = 1": ("krum", {}),
    "multi_krum, f = 1": ("multi_krum", {}),
}
WAYS = (*STRATEGIES, LOCAL, POOLED)

Model = tuple[State, ScalerState]
Table = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Experiment:
    """How much is run.

    Args:
        hospitals: How many.
        patients: As many times so many patients are dealt out.
        concentration: Of the Dirichlet law by which they are.
        rounds: After which every way is measured for the first table.
        looks: After which rounds it is measured for the second one.
        seeds: From 0 on; each draws other patients, deals them otherwise and orders the training otherwise.
    """

    hospitals: int = 20
    patients: int = 500
    concentration: float = 0.1
    rounds: int = 30
    looks: tuple[int, ...] = (1, 5, 10, 20, 30)
    seeds: int = 5


EXPERIMENT = Experiment()


@dataclass(frozen=True)
class Outcome:
    """Accuracies of a way: at the worst hospital, at the mean one, and of its models on everybody's held-out ones."""

    worst: float
    mean: float
    everybody: float


def outcomes(experiment: Experiment, way: str, seed: int) -> Mapping[int, Outcome]:
    """Run one way with one seed; give what it reaches after each round that is looked at."""
    hospitals = dealt_hospitals(
        DEMONSTRATION, experiment.hospitals, experiment.patients, seed, experiment.concentration
    )
    found: dict[int, list[Model]] = {number: [] for number in experiment.looks}
    strategy, parameters = STRATEGIES.get(way, ("fedavg", {}))
    served = 1 if way == LOCAL else len(hospitals)

    def look(done: Round) -> None:
        if done.number in found:
            found[done.number] += [(done.state, done.scaler)] * served

    for federation in _federations(way, hospitals):
        run_federation(
            DEMONSTRATION,
            federation,
            rounds=experiment.rounds,
            strategy=strategy,
            parameters=parameters,
            seed=seed,
            on_round=look,
        )
    return {number: _outcome(hospitals, models) for number, models in found.items()}


def _federations(way: str, hospitals: Sequence[Hospital]) -> Iterator[Sequence[Hospital]]:
    """Give who trains together; a hospital by itself is a federation of one."""
    if way == LOCAL:
        yield from ([each] for each in hospitals)
    elif way == POOLED:
        yield [pooled(hospitals)]
    else:
        yield hospitals


def _outcome(hospitals: Sequence[Hospital], models: Sequence[Model]) -> Outcome:
    everybody = pooled(hospitals)
    own = [_accuracy(model, each) for model, each in zip(models, hospitals, strict=True)]
    return Outcome(min(own), statistics.fmean(own), statistics.fmean(_accuracy(each, everybody) for each in models))


def _accuracy(model: Model, hospital: Hospital) -> float:
    confusion = evaluate_levels(DEMONSTRATION, *model, hospital.split.held_out).confusion
    return float(confusion.trace() / confusion.sum())


def tables(experiment: Experiment) -> tuple[str, str]:
    """Run every way with every seed on all processors, and write it down as Markdown."""
    jobs = list(product(WAYS, range(experiment.seeds)))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(outcomes, *zip(*((experiment, *job) for job in jobs), strict=True))
        of_way: dict[str, list[Mapping[int, Outcome]]] = {way: [] for way in WAYS}
        for (way, seed), outcome in zip(jobs, found, strict=True):
            of_way[way].append(outcome)
            print(f"{way}, seed {seed}: {outcome[experiment.rounds]}", file=sys.stderr)
    return (
        _table(_FIRST, [[way, *_at_the_end(runs, experiment.rounds)] for way, runs in of_way.items()]),
        _table(
            ["way", *(f"round {number}" for number in experiment.looks)],
            [
                [way, *(f"{statistics.fmean(run[number].mean for run in runs):.3f}" for number in experiment.looks)]
                for way, runs in of_way.items()
            ],
        ),
    )


def _at_the_end(runs: Sequence[Mapping[int, Outcome]], number: int) -> list[str]:
    last = [run[number] for run in runs]
    worst, mean = [each.worst for each in last], [each.mean for each in last]
    return [
        _spread(worst),
        f"{min(worst):.3f}",
        _spread(mean),
        f"{min(mean):.3f}",
        _spread([each.everybody for each in last]),
    ]


def _spread(values: Sequence[float]) -> str:
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return f"{statistics.fmean(values):.3f} ± {deviation:.3f}"


def _table(head: Sequence[str], rows: Table) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def page(experiment: Experiment) -> str:
    """Run everything, and give the page."""
    at_the_end, by_round = tables(experiment)
    return _PAGE.format(
        at_the_end=at_the_end,
        by_round=by_round,
        everybody=experiment.hospitals * experiment.patients,
        **vars(experiment),
    )


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(prog="python -m simulation.strategies")
    parser.add_argument("--out", type=Path, default=Path("docs/strategies.md"))
    parser.add_argument("--seeds", type=int, default=EXPERIMENT.seeds)
    options = parser.parse_args()
    options.out.write_text(page(replace(EXPERIMENT, seeds=options.seeds)), encoding="utf-8")


_FIRST = (
    "way",
    "worst hospital: mean ± sd",
    "worst hospital: lowest",
    "mean hospital: mean ± sd",
    "mean hospital: lowest",
    "everybody's patients: mean ± sd",
)
_PAGE = """# Strategies: hospitals that see different patients

Made by `make strategies` (`python -m simulation.strategies`). Do not edit by hand.

Task `diagnosis_count`: a demonstration, not clinical; its label is a function of its input, so 1.000 is possible. Data:
{everybody} patients of the synthetic consortium, dealt anew to {hospitals} hospitals: those of each risk level in
shares that a Dirichlet law of concentration {concentration} draws, at least 20 patients each. Most hospitals then see
hardly more than one risk level, and the largest has a hundred times the patients of the smallest. 20 % held out by
patient. Seeds 0 to {seeds} (exclusive); each draws other patients, deals them otherwise and orders the training
otherwise.

{rounds} rounds from the shared start behind the exact merged scaler, in one process, by the envoy's own training and
the director's own strategies: two local epochs a round (Adam 0.01, batch 64, anew each round), every hospital in every
round. Parameters are the defaults where none is named. *Local* is each hospital by itself, *pooled* all patients in one
place, both over as many rounds.

## After {rounds} rounds

Accuracy at a hospital is that on its own held-out patients; *worst hospital* is the lowest of the {hospitals}, *mean
hospital* counts all alike. *Everybody's patients* are the held-out ones of all hospitals together, whoever trained the
model. Mean and standard deviation over the seeds, and the lowest seed.

{at_the_end}
## On the way

Accuracy at the mean hospital, mean over the seeds.

{by_round}
## What these figures don't show

- A hospital with one risk level is served perfectly by a model that always answers it: so *local* looks good on its own
  patients and fails on everybody's.
- Small hospitals hold out four patients or little more: one patient moves the *worst hospital* by .2.
- One task with one input, one network, one training plan. Rates and weights were not tuned: another task may rank the
  strategies otherwise. The spread over the seeds is wide; neighbours in the table are not apart.
- Nobody is hostile here, and the robust rules take an odd hospital for a bad one: that is what they cost. What they
  bear is in [robustness](robustness.md).
- Everybody returns in every round, and no gate judges.
"""

if __name__ == "__main__":
    main()
