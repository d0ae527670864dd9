"""The table of ``docs/evidence.md``: ways to share a model, on the standard consortium, with the spread over seeds."""

import argparse
import dataclasses
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from aggregation.scaling import merge_scalers
from aggregation.strategy import aggregate, strategy_named
from contract.network import State, initial_state
from contract.scaler import ScalerState
from contract.tasks import Task
from envoy.evaluation import evaluate
from envoy.training import order_of_cycle, train
from simulation import clinical_evidence, plan_evidence
from simulation.demonstration import DEMONSTRATION
from simulation.in_process import Hospital, pooled, run_federation, synthetic_hospitals, update_of

HOSPITALS, PATIENTS, CYCLES, SEEDS = 5, 2000, 10, 5

Model = tuple[State, ScalerState]
Way = Callable[[Task, Sequence[Hospital], int], Sequence[Model]]
"""(task, hospitals, seed) → the model that each hospital ends up with."""


def local(task: Task, hospitals: Sequence[Hospital], seed: int) -> Sequence[Model]:
    """Each hospital alone, behind its own scaler, from the shared start."""
    return [(_trained(task, task.initial_state(), each, seed), each.scaler(task)) for each in hospitals]


def naive(task: Task, hospitals: Sequence[Hospital], seed: int) -> Sequence[Model]:
    """Own random start and own scaler each; plain average; the first hospital's scaler in front."""
    first = hospitals[0].scaler(task)
    updates = []
    for number, each in enumerate(hospitals):
        start = initial_state(task.architecture, seed=1000 * seed + number)
        state = _trained(task, start, each, seed)
        updates.append(update_of(task, state, len(each.split.training), first))  # pretends one scaler: the error shown
    return [(aggregate(updates, strategy_named("fedavg", {}), first).state, first)] * len(hospitals)


def one_shot_own(task: Task, hospitals: Sequence[Hospital], seed: int) -> Sequence[Model]:
    """Shared start, own scaler each; re-expressed behind the merged scaler, then averaged once."""
    scaler = merge_scalers([each.scaler(task) for each in hospitals])
    updates = []
    for each in hospitals:
        state = _trained(task, task.initial_state(), each, seed)
        updates.append(update_of(task, state, len(each.split.training), each.scaler(task)))
    return [(aggregate(updates, strategy_named("fedavg", {}), scaler).state, scaler)] * len(hospitals)


def one_shot_merged(task: Task, hospitals: Sequence[Hospital], seed: int) -> Sequence[Model]:
    """Shared start, the merged scaler, averaged once."""
    run = run_federation(_long(task), hospitals, rounds=1, seed=seed)
    return [(run.state, run.scaler)] * len(hospitals)


def ten_cycles(task: Task, hospitals: Sequence[Hospital], seed: int) -> Sequence[Model]:
    """Shared start, the merged scaler, ten cycles of two local epochs."""
    run = run_federation(task, hospitals, rounds=CYCLES, seed=seed)
    return [(run.state, run.scaler)] * len(hospitals)


def all_pooled(task: Task, hospitals: Sequence[Hospital], seed: int) -> Sequence[Model]:
    """All patients in one place: what no federation may do."""
    together = pooled(hospitals)
    return [(_trained(task, task.initial_state(), together, seed), together.scaler(task))] * len(hospitals)


WAYS: Mapping[str, Way] = {
    "local (no sharing)": local,
    "naive average (own start, first hospital's scaler)": naive,
    "one-shot, own scalers re-expressed": one_shot_own,
    "one-shot, merged scaler": one_shot_merged,
    "ten cycles, merged scaler": ten_cycles,
    "pooled (not a federation)": all_pooled,
}


def accuracies(way: Way, task: Task, seed: int) -> list[float]:
    """Give each hospital's accuracy on its own held-out patients."""
    hospitals = synthetic_hospitals(task, HOSPITALS, PATIENTS, seed)
    found = []
    for hospital, (state, scaler) in zip(hospitals, way(task, hospitals, seed), strict=True):
        accuracy = evaluate(task, state, scaler, hospital.split.held_out).metrics["accuracy"]
        if isinstance(accuracy, float):
            found.append(accuracy)
    return found


def table(seeds: int) -> str:
    """Run every way with every seed, and write it down as Markdown."""
    lines = [
        "| way | worst hospital: mean ± sd | worst hospital: lowest | all hospitals: mean |",
        "|---|---:|---:|---:|",
    ]
    for name, way in WAYS.items():
        runs = [accuracies(way, DEMONSTRATION, seed) for seed in range(seeds)]
        worst = [min(run) for run in runs]
        spread = statistics.stdev(worst) if seeds > 1 else 0.0
        mean_of_all = statistics.fmean(value for run in runs for value in run)
        lines.append(
            f"| {name} | {statistics.fmean(worst):.3f} ± {spread:.3f} | {min(worst):.3f} | {mean_of_all:.3f} |"
        )
        print(lines[-1], file=sys.stderr)
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run the program."""
    parser = argparse.ArgumentParser(prog="python -m simulation.evidence")
    parser.add_argument("--out", type=Path, default=Path("docs/evidence.md"))
    parser.add_argument("--seeds", type=int, default=SEEDS)
    options = parser.parse_args()
    page = _PAGE.format(table=table(options.seeds), **_FACTS, seeds=options.seeds)
    rows = clinical_evidence.rows_of(options.seeds)
    page += clinical_evidence.section(rows, options.seeds) + plan_evidence.section(options.seeds)
    options.out.write_text(page, encoding="utf-8")
    clinical_evidence.draw_gain(rows, options.out.parent / clinical_evidence.PICTURE)


def _trained(task: Task, start: State, hospital: Hospital, seed: int) -> State:
    """Train for long behind a hospital's own scaler."""
    order = order_of_cycle(seed, start)
    return train(_long(task), start, hospital.scaler(task), hospital.split, order, validates=False).state


def _long(task: Task) -> Task:
    """Let a way that averages once train as long in all as ten cycles do."""
    epochs = (task.training.local_epochs or 1) * CYCLES
    return dataclasses.replace(task, training=dataclasses.replace(task.training, local_epochs=epochs))


_FACTS = {"hospitals": HOSPITALS, "patients": PATIENTS, "cycles": CYCLES, "epochs": 2 * CYCLES}
_PAGE = """# Evidence: does sharing help, and how must it be done?

Made by `make evidence` (`python -m simulation.evidence`). Do not edit by hand.

Task `diagnosis_count`: a demonstration, not clinical; its label is a function of its input, so 1.000 is possible.
Data: the standard synthetic consortium, {hospitals} hospitals of {patients} patients, 20 % held out by patient, {seeds}
seeds from 0 on; each seed draws other patients and another order of training. Every way trains {epochs} epochs in all:
the ways that average once train them in one go, ten cycles in {cycles} times two. Accuracy is on each hospital's own
held-out patients.

{table}
Reading: models that start apart or stand behind different scalers can't be averaged as they are. With a shared start
and the exact merged scaler, cycles of short training reach what pooling reaches, at every hospital.
"""

if __name__ == "__main__":
    main()
