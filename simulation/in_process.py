"""A whole consortium in one process: the envoy's own training and the director's own strategies, without HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from aggregation.scaling import merge_scalers
from aggregation.strategy import aggregate, strategy_named
from aggregation.updates import ModelUpdate, TensorsInMemory
from contract.artifacts.model_file import write_model
from contract.messages.base import MetricValue
from contract.names import Digest, EnvoyName
from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import Task
from envoy.cohort import Cohort, Split, split_by_patient
from envoy.evaluation import evaluate
from envoy.training import order_of_round, train
from simulation.consortium import consortium_counts, first_subject_id

Metrics = Mapping[str, MetricValue]


@dataclass(frozen=True)
class Hospital:
    """One hospital: its name and its patients, split."""

    name: EnvoyName
    split: Split

    @property
    def scaler(self) -> ScalerState:
        """Its own scaler, of its training rows."""
        return ScalerState.fitted(self.split.training.features)


@dataclass(frozen=True)
class FederatedRun:
    """What a run gave: the global model behind the merged scaler, and each hospital's last local model."""

    state: State
    scaler: ScalerState
    sha256: Digest
    local_states: Sequence[State]
    seconds: float

    def metrics(self, task: Task, hospitals: Sequence[Hospital]) -> list[tuple[Metrics, Metrics]]:
        """Hold each hospital's last local model and the global one against that hospital's held-out patients."""
        return [
            (
                evaluate(task, local, self.scaler, hospital.split.held_out).metrics,
                evaluate(task, self.state, self.scaler, hospital.split.held_out).metrics,
            )
            for hospital, local in zip(hospitals, self.local_states, strict=True)
        ]


def synthetic_hospitals(task: Task, hospitals: int, patients: int, seed: int) -> list[Hospital]:
    """Draw the patients that ``write_consortium`` writes, and split them as an envoy that reads them would."""
    drawn = consortium_counts(hospitals, patients, seed)
    return [
        Hospital(name, split_by_patient(_cohort(task, first_subject_id(index), counts.astype(np.float64)), seed))
        for index, (name, counts) in enumerate(drawn.items())
    ]


def run_federation(
    task: Task,
    hospitals: Sequence[Hospital],
    *,
    rounds: int,
    strategy: str = "fedavg",
    parameters: Mapping[str, float] = MappingProxyType({}),
    seed: int = 0,
) -> FederatedRun:
    """Run cycles of train → aggregate from the shared start, everyone behind the exact merged scaler."""
    began = perf_counter()
    chosen = strategy_named(strategy, parameters)
    scaler = merge_scalers([hospital.scaler for hospital in hospitals])
    state, local_states = task.initial_state(), [task.initial_state()] * len(hospitals)
    memory: Mapping[str, TensorsInMemory] = {}
    for number in range(1, rounds + 1):
        local_states = [
            train(
                task,
                state,
                scaler,
                hospital.split,
                order_of_round(seed, task, number, hospital.name),
                proximal=chosen.proximal,
                validates=False,
            ).state
            for hospital in hospitals
        ]
        updates = [
            update_of(task, local, len(hospital.split.training), scaler, base=state)
            for hospital, local in zip(hospitals, local_states, strict=True)
        ]
        combined = aggregate(updates, chosen, scaler, base=TensorsInMemory(state), memory=memory)
        state = combined.state
        memory = {name: TensorsInMemory(kept) for name, kept in combined.memory.items()}
    sha256 = Digest.of(write_model(state, task.layout))
    return FederatedRun(state, scaler, sha256, local_states, perf_counter() - began)


def update_of(
    task: Task, state: State, num_examples: int, scaler: ScalerState, base: State | None = None
) -> ModelUpdate:
    """Turn a trained state, and the one that it started from, into what the aggregation takes."""
    digest = Digest.of(write_model(state, task.layout))
    start = None if base is None else TensorsInMemory(base)
    return ModelUpdate(digest, num_examples, scaler, task.layout, TensorsInMemory(state), start)


def pooled(hospitals: Sequence[Hospital]) -> Hospital:
    """Put all patients into one place: only a simulation can."""
    training, held_out = (
        Cohort(
            np.concatenate([part.subject_ids for part in parts]),
            np.concatenate([part.features for part in parts]),
            np.concatenate([part.labels for part in parts]),
        )
        for parts in (
            [hospital.split.training for hospital in hospitals],
            [hospital.split.held_out for hospital in hospitals],
        )
    )
    return Hospital(EnvoyName("pooled"), Split(training, held_out))


def _cohort(task: Task, first_id: int, counts: NDArray[np.float64]) -> Cohort:
    subject_ids = np.arange(first_id, first_id + len(counts))
    return Cohort(subject_ids, counts[:, np.newaxis], task.level_indices(counts))
