"""What one hostile hospital among few sends: seven attacks, each forging numbers from all that it could know at best.

It knows the others' models of the same cycle, the rule and the bounds. Attacks of several that work together, without a
director, are in ``simulation.attacks``.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from aggregation.screening import Bounds, screen_updates
from aggregation.updates import ModelUpdate, TensorsInMemory
from contract.names import Digest
from contract.network import Layout, Matrix, State
from contract.scaler import ScalerState
from contract.tasks import Task

Vector = Matrix
"""The numbers of a state, or a change of them, one after the other in the layout's order."""


@dataclass(frozen=True)
class Situation:
    """What an attacker sees in one cycle.

    Args:
        cycle: Counted from 0.
        task: What is learned.
        base: The start's numbers.
        own: The change that its own true patients would make.
        flipped: The change that its patients with swapped labels make.
        honest: The others' changes, one row each.
        first: The first start's numbers, behind the scaler as it is now.
        withdrawn: The numbers of the version that was rolled back, if one was.
        bounds: The gate's.
    """

    cycle: int
    task: Task
    base: Vector
    own: Vector
    flipped: Vector
    honest: Matrix
    first: Vector
    withdrawn: Vector | None
    bounds: Bounds


@dataclass(frozen=True)
class Attack:
    """One way for one hospital to be hostile.

    Args:
        name: For the table.
        forge: What it sends: numbers, not a change.
        cycles: How long it goes on.
        lies_in_statistics: Whether it reports absurd statistics.
        is_rolled_back: Whether an admin rolls back the version of the second cycle, which it spoilt.
    """

    name: str
    forge: Callable[[Situation], Vector]
    cycles: int = 10
    lies_in_statistics: bool = False
    is_rolled_back: bool = False


def _label_flip(seen: Situation) -> Vector:
    return seen.base + seen.flipped


def _replay(seen: Situation) -> Vector:
    return seen.first


def _free_ride(seen: Situation) -> Vector:
    return seen.base


def _drift(seen: Situation) -> Vector:
    """Go 3.3 times as far as an honest one, ever the same way: the highest level is never answered any more."""
    way = np.zeros_like(seen.base)
    outputs = seen.task.architecture.output_size
    way[-1] = -1.0  # the last bias
    way[-outputs:-1] = 1 / max(1, outputs - 1)
    return seen.base + 3.3 * _typical(seen) * way / np.linalg.norm(way)


def _withdrawn(seen: Situation) -> Vector:
    """Spoil the version of the second cycle; once it is rolled back, send it again as it was."""
    if seen.withdrawn is None:
        return seen.base + (3 * seen.flipped if seen.cycle else seen.own)
    return seen.withdrawn


def _adaptive(seen: Situation) -> Vector:
    """Go as far against the others as the gate lets it; where too few are there to be compared, a hundred times."""
    if len(seen.honest) + 1 < 4:
        return seen.base + 100 * seen.flipped
    best = seen.flipped * 0
    centre = np.median(seen.honest, axis=0)
    against = seen.flipped / (np.linalg.norm(seen.flipped) or 1.0)
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):  # of the way that looks honest
        direction = (1 - share) * against + share * centre / (np.linalg.norm(centre) or 1.0)
        low, high = 0.0, 6 * _typical(seen)
        for _ in range(12):
            half = (low + high) / 2
            low, high = (half, high) if _passes(seen, half * direction) else (low, half)
        if (low * direction) @ against > best @ against:
            best = low * direction
    return seen.base + best


def _passes(seen: Situation, change: Vector) -> bool:
    scaler = ScalerState.from_moments(2, (0.0,), (2.0,))
    layout = seen.task.layout
    base = TensorsInMemory(unflattened(layout, seen.base))
    updates = [
        ModelUpdate(Digest.of(b"%d" % place), 1, scaler, layout, TensorsInMemory(unflattened(layout, state)), base)
        for place, state in enumerate([seen.base + change, *(seen.base + each for each in seen.honest)])
    ]
    return screen_updates(updates, seen.bounds)[0].passed


def _typical(seen: Situation) -> float:
    return float(np.median(np.linalg.norm(seen.honest, axis=1)))


ATTACKS = (
    Attack("label flip", _label_flip),
    Attack("replay of the first start", _replay),
    Attack("unchanged base", _free_ride),
    Attack("slow drift, 3.3 × an honest norm", _drift),
    Attack("lied statistics", _label_flip, lies_in_statistics=True),
    Attack("rolled-back version again", _withdrawn, is_rolled_back=True),
    Attack("knows rule and bounds", _adaptive),
)


def flattened(layout: Layout, state: State) -> Vector:
    """Put a state into one vector."""
    return np.concatenate([state[spec.name].reshape(-1) for spec in layout], dtype=np.float64)


def unflattened(layout: Layout, vector: Vector) -> State:
    """Take a vector apart into a state."""
    cuts = np.cumsum([spec.size for spec in layout])[:-1]
    parts = np.split(vector.astype(np.float32), cuts)
    return {spec.name: part.reshape(spec.shape) for spec, part in zip(layout, parts, strict=True)}
