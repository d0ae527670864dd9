"""Runs that are measured as they go: all hospitals together, all patients in one place, each hospital by itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from contract.tasks import Task
from envoy.evaluation import evaluate
from simulation.in_process import Engine, FederatedRun, Hospital, Round, one_by_one, pooled, run_federation
from simulation.round_metrics import Model, RoundRow, rows_of


@dataclass(frozen=True)
class MeasuredRun:
    """What a run gave.

    Args:
        rows: By round, then by hospital.
        last: What it gave last; None where each hospital has only its own.
        seconds: With the measuring.
    """

    rows: Sequence[RoundRow]
    last: FederatedRun | None
    seconds: float


@contextmanager
def _threads_given_back() -> Iterator[None]:
    """Leave torch as many threads as it had: training takes one, and a notebook has other work for it too."""
    threads = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@_threads_given_back()
def run_together(
    task: Task,
    hospitals: Sequence[Hospital],
    strategy: str,
    parameters: Mapping[str, float],
    rounds: int,
    seed: int,
    *,
    every_round: bool,
    on_round: Callable[[Sequence[RoundRow]], None],
    engine: Engine = one_by_one,
) -> MeasuredRun:
    """Run a federation; measure each round, or the last alone."""
    rows: list[RoundRow] = []

    def see(done: Round) -> None:
        measured = rows_of(done, task, hospitals) if every_round or done.number == rounds else []
        rows.extend(measured)
        on_round(measured)

    run = run_federation(
        task,
        hospitals,
        rounds=rounds,
        strategy=strategy,
        parameters=parameters,
        seed=seed,
        on_round=see,
        engine=engine,
    )
    return MeasuredRun(rows, run, run.seconds)


@_threads_given_back()
def run_pooled(
    task: Task, hospitals: Sequence[Hospital], rounds: int, seed: int, step: Callable[[], None]
) -> MeasuredRun:
    """Train one model on everybody's patients, and measure it at each hospital."""
    rows: list[RoundRow] = []

    def see(done: Round) -> None:
        rows.extend(_row(task, done, hospital, "global") for hospital in hospitals)
        step()

    run = run_federation(task, [pooled(hospitals)], rounds=rounds, seed=seed, on_round=see)
    return MeasuredRun(rows, run, run.seconds)


@_threads_given_back()
def run_alone(
    task: Task, hospitals: Sequence[Hospital], rounds: int, seed: int, step: Callable[[], None]
) -> MeasuredRun:
    """Train each hospital as a federation of one, and measure its model on its own patients."""
    rows: list[RoundRow] = []
    seconds = 0.0
    for hospital in hospitals:

        def see(done: Round, hospital: Hospital = hospital) -> None:
            rows.append(_row(task, done, hospital, "local"))
            step()

        seconds += run_federation(task, [hospital], rounds=rounds, seed=seed, on_round=see).seconds
    return MeasuredRun(sorted(rows, key=lambda row: row.round), None, seconds)


def _row(task: Task, done: Round, hospital: Hospital, model: Model) -> RoundRow:
    metrics = evaluate(task, done.state, done.scaler, hospital.split.held_out).metrics
    return RoundRow(done.number, hospital.name, len(hospital.split.training), model, metrics)
