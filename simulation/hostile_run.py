"""One run of the breast-cancer consortium with hostile hospitals in it, through the real strategies and screening."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from aggregation.counting import Claim, count
from aggregation.screening import Bounds, screen_updates
from aggregation.strategy import aggregate, strategy_named
from aggregation.updates import ModelUpdate, TensorsInMemory
from contract.artifacts.model_file import write_model
from contract.names import Digest
from contract.network import Layout, Matrix, State
from simulation.attacks import Attack
from simulation.breast_cancer import Consortium, accuracy, consortium, task
from simulation.quick_training import HOUSE, LocalTraining, Patients, train

ROUNDS = 10
TASK = task()
consortium_of = cache(consortium)


@dataclass(frozen=True)
class Scenario:
    """Who is there and what they do; the first ``hostile`` hospitals are what the attack says."""

    seed: int
    attack: Attack | None = None
    hostile: int = 0
    training: LocalTraining = HOUSE


@dataclass(frozen=True)
class Defence:
    """What stands between the hospitals and the global model.

    Args:
        name: For the table.
        strategy: How updates are combined.
        is_gated: Whether the screening sets updates aside first, and counts are capped.
        knows_f: Whether the strategy is told how many are hostile.
    """

    name: str
    strategy: str
    is_gated: bool = False
    knows_f: bool = False


@dataclass(frozen=True)
class Outcome:
    """Accuracy on the held-out patients, and counts of submissions: one a hospital and round."""

    accuracy: float
    hostile: int
    caught: int
    honest: int
    accused: int


def run(scenario: Scenario, defence: Defence, bounds: Bounds) -> Outcome:
    """Train for ten rounds from the shared start, behind the merged scaler."""
    data, hostile = consortium_of(scenario.seed), scenario.hostile
    draw = np.random.default_rng([scenario.seed, hostile])
    strategy = strategy_named(defence.strategy, {"f": hostile} if defence.knows_f else {})
    state: State = TASK.initial_state()
    caught = accused = 0
    for _ in range(ROUNDS):
        updates = _updates(scenario, data, state, draw)
        if defence.is_gated:
            is_admitted, counts = _judged(updates, bounds)
            claimed_falsely = scenario.attack is not None and scenario.attack.claim is not None
            is_capped = [count < update.num_examples for count, update in zip(counts, updates, strict=True)]
            caught += sum(not is_admitted[place] or (claimed_falsely and is_capped[place]) for place in range(hostile))
            accused += is_admitted[hostile:].count(False)
            weighed = [replace(update, num_examples=count) for update, count in zip(updates, counts, strict=True)]
            updates = [update for update, admitted in zip(weighed, is_admitted, strict=True) if admitted]
        if updates:  # a round in which nobody is admitted changes nothing
            state = aggregate(updates, strategy, data.scaler).state
    honest = len(data.hospitals) - hostile
    return Outcome(
        accuracy(TASK.architecture, state, data.held_out), hostile * ROUNDS, caught, honest * ROUNDS, accused
    )


def _judged(updates: Sequence[ModelUpdate], bounds: Bounds) -> tuple[list[bool], list[int]]:
    """Do what the director does with a closed set: who is admitted, and what each claimed count counts for."""
    is_admitted = [found.passed for found in screen_updates(updates, bounds)]
    claims = [Claim(each.num_examples, each.num_examples) for each in updates]
    return is_admitted, [each.counted for each in count(claims, bounds.count_ratio)]


def _updates(scenario: Scenario, data: Consortium, state: State, draw: np.random.Generator) -> list[ModelUpdate]:
    """Let everyone train, then let the hostile ones forge what they send."""
    attack, hostile, start = scenario.attack, scenario.hostile, _flat(state)
    trained_on, claims = list(data.hospitals), [len(patients) for patients in data.hospitals]
    if attack is not None and attack.flips_labels:
        trained_on[:hostile] = [Patients(each.x, 1 - each.y) for each in trained_on[:hostile]]
    if attack is not None and attack.claim is not None:
        claims[:hostile] = [attack.claim] * hostile
    changes = np.array(
        [_flat(train(TASK.architecture, state, each, scenario.training, draw)) - start for each in trained_on]
    )
    if attack is not None:
        changes[:hostile] = attack.forge(changes[:hostile], changes[hostile:], draw)
    return [
        ModelUpdate(
            Digest.of(write_model(sent, TASK.layout)),
            claim,
            data.scaler,
            TASK.layout,
            TensorsInMemory(sent),
            TensorsInMemory(state),
        )
        for sent, claim in zip(_states(TASK.layout, start + changes), claims, strict=True)
    ]


def _flat(state: State) -> Matrix:
    return np.concatenate([state[tensor.name].reshape(-1) for tensor in TASK.layout], dtype=np.float64)


def _states(layout: Layout, vectors: Iterable[Matrix]) -> list[State]:
    cuts = np.cumsum([tensor.size for tensor in layout])[:-1]
    return [
        {
            tensor.name: part.reshape(tensor.shape)
            for tensor, part in zip(layout, np.split(vector.astype(np.float32), cuts), strict=True)
        }
        for vector in vectors
    ]
