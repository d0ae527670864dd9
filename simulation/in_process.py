"""A whole consortium in one process: the envoy's own training and the director's own strategies, without HTTP."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from time import perf_counter
from types import MappingProxyType
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from aggregation.movement import Origin, move
from aggregation.scaling import merge_scalers
from aggregation.strategy import Strategy, strategy_named
from aggregation.updates import ModelUpdate, TensorsInMemory
from contract.artifacts.model_file import write_model
from contract.messages.base import MetricValue
from contract.names import Digest, EnvoyName
from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import Task
from envoy.cohort import Cohort, Split, split_by_patient
from envoy.evaluation import evaluate
from envoy.lesson import Lesson
from simulation.consortium import consortium_counts, first_subject_id
from simulation.partition import deal_by_label

Metrics = Mapping[str, MetricValue]
Result = TypeVar("Result")
EVERYBODY = Fraction(1)
LEAST_DEALT = 20
"""Patients of a hospital where they are dealt out: 16 to train on, which the tasks ask for, and 4 to measure on."""


@dataclass(frozen=True)
class Hospital:
    """One hospital: its name and its patients, split."""

    name: EnvoyName
    split: Split

    def scaler(self, task: Task) -> ScalerState:
        """Fit its own scaler, to its training rows."""
        return task.fit_scaler(self.split.training.features)

    def learned(self, lesson: Lesson) -> State:
        """Train a lesson, as the hospital's envoy does in a round."""
        return lesson.learned_by(self.name, self.split, validates=False).state


Teach = Callable[[Lesson], Sequence[State]]
"""Has every hospital train a lesson, and gives what each learned, in their order."""


class Engine(Protocol):
    """What has hospitals train: where, and how many at once. What they train and how it is combined is not its own."""

    def __call__(self, hospitals: Sequence[Hospital], work: Callable[[Teach], Result]) -> Result:
        """Do work that has hospitals train; what it needs for that is there until the work is done."""
        ...


def one_by_one(hospitals: Sequence[Hospital], work: Callable[[Teach], Result]) -> Result:
    """Our own engine: hospitals train in this process, one after the other."""
    return work(lambda lesson: [hospital.learned(lesson) for hospital in hospitals])


@dataclass(frozen=True)
class Round:
    """What a round gave, all behind one scaler: the global model, and what each hospital trained for it."""

    number: int
    state: State
    scaler: ScalerState
    local_states: Sequence[State]

    def metrics(self, task: Task, hospitals: Sequence[Hospital]) -> list[tuple[Metrics, Metrics]]:
        """Hold each hospital's local model and the global one against that hospital's held-out patients."""
        return [
            (
                evaluate(task, local, self.scaler, hospital.split.held_out).metrics,
                evaluate(task, self.state, self.scaler, hospital.split.held_out).metrics,
            )
            for hospital, local in zip(hospitals, self.local_states, strict=True)
        ]


@dataclass(frozen=True)
class FederatedRun(Round):
    """What a run gave: its last round, the digest of its model, and how long it took."""

    sha256: Digest
    seconds: float


def synthetic_hospitals(task: Task, hospitals: int, patients: int, seed: int) -> list[Hospital]:
    """Draw the patients that ``write_consortium`` writes, and split them as an envoy that reads them would."""
    drawn = consortium_counts(hospitals, patients, seed)
    return [
        Hospital(name, split_by_patient(_cohort(task, first_subject_id(index), counts.astype(np.float64)), seed))
        for index, (name, counts) in enumerate(drawn.items())
    ]


def dealt_hospitals(task: Task, hospitals: int, patients: int, seed: int, concentration: float) -> list[Hospital]:
    """Put the same patients into one place and deal them out anew, the more unevenly the smaller the concentration.

    Raises:
        DataError: They can't be dealt so that every hospital has some to train and to measure on.
    """
    drawn = consortium_counts(hospitals, patients, seed)
    everyone = _cohort(task, first_subject_id(0), np.concatenate(list(drawn.values())).astype(np.float64))
    owner = deal_by_label(everyone.labels, hospitals, concentration, np.random.default_rng(seed), LEAST_DEALT)
    return [
        Hospital(
            EnvoyName(f"Hospital{place + 1:02d}"), split_by_patient(everyone.take(np.flatnonzero(owner == place)), seed)
        )
        for place in range(hospitals)
    ]


def run_federation(
    task: Task,
    hospitals: Sequence[Hospital],
    *,
    rounds: int,
    strategy: str = "fedavg",
    parameters: Mapping[str, float] = MappingProxyType({}),
    seed: int = 0,
    on_round: Callable[[Round], None] = lambda done: None,
    engine: Engine = one_by_one,
) -> FederatedRun:
    """Run rounds from the shared start, everyone behind the exact merged scaler; ``on_round`` sees each as it ends."""
    began = perf_counter()
    chosen = strategy_named(strategy, parameters)

    def work(teach: Teach) -> Round:
        last = None
        for last in rounds_of(task, hospitals, chosen, seed, rounds, teach):
            on_round(last)
        if last is None:
            raise ValueError("A run has 1 round or more.")
        return last

    last = engine(hospitals, work)
    sha256 = Digest.of(write_model(last.state, task.layout))
    return FederatedRun(last.number, last.state, last.scaler, last.local_states, sha256, perf_counter() - began)


def rounds_of(
    task: Task, hospitals: Sequence[Hospital], strategy: Strategy, seed: int, rounds: int, teach: Teach
) -> Iterator[Round]:
    """Play rounds as the director and its envoys do where everybody returns: train, combine, go on from there."""
    scaler = merge_scalers([hospital.scaler(task) for hospital in hospitals])
    state: State = task.initial_state()
    memory: Mapping[str, TensorsInMemory] = {}
    for number in range(1, rounds + 1):
        trained = teach(Lesson(task, state, scaler, seed, number, strategy.proximal))
        updates = [
            update_of(task, local, len(hospital.split.training), scaler, base=state)
            for hospital, local in zip(hospitals, trained, strict=True)
        ]
        origin = Origin(TensorsInMemory(state), scaler)
        combined = move(origin, updates, strategy, scaler, EVERYBODY, memory)
        state, memory = combined.state, {name: TensorsInMemory(kept) for name, kept in combined.memory.items()}
        yield Round(number, state, scaler, trained)


def update_of(
    task: Task, state: State, num_examples: int, scaler: ScalerState, base: State | None = None
) -> ModelUpdate:
    """Turn a trained state, and the one that it started from, into what the aggregation takes."""
    digest = Digest.of(write_model(state, task.layout))
    start = None if base is None else TensorsInMemory(base)
    return ModelUpdate(digest, num_examples, scaler, task.layout, TensorsInMemory(state), start)


def pooled(hospitals: Sequence[Hospital]) -> Hospital:
    """Put all patients into one place: only a simulation can."""
    splits = [hospital.split for hospital in hospitals]
    training, held_out = (
        together(parts) for parts in ([each.training for each in splits], [each.held_out for each in splits])
    )
    own = [each.own_validation for each in splits if each.own_validation is not None]
    return Hospital(EnvoyName("pooled"), Split(training, held_out, together(own) if own else None))


def together(parts: Sequence[Cohort]) -> Cohort:
    """Put the rows of many into one."""
    return Cohort(
        np.concatenate([part.subject_ids for part in parts]),
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.labels for part in parts]),
    )


def _cohort(task: Task, first_id: int, counts: NDArray[np.float64]) -> Cohort:
    subject_ids = np.arange(first_id, first_id + len(counts))
    return Cohort(subject_ids, counts[:, np.newaxis], task.level_indices(counts))
