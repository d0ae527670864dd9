"""The average as one step of an optimizer that remembers the rounds before: FedAvgM, FedAdam and FedYogi.

The way from where the federation stands to the average of what the hospitals return, Δ = R - B, takes the place of a
gradient: the next state is B + step(Δ, memory). What is remembered is handed in and given back, each a state of the
layout and behind the result's scaler: a round is repeated with the memory that it began with. A further thing to
remember, such as SCAFFOLD's control variate, is a further name of ``beginning``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from aggregation.errors import AggregationError
from aggregation.rules.combined import room_for
from aggregation.tiles import Vector, stretches
from aggregation.updates import Tensors
from contract.network import Layout, State

SMALLEST_TAU = 1e-9
"""Its square, where the variance begins, is far above the smallest number that a float32 holds."""


class ServerOptimizer(Protocol):
    """How a server steps; each number by itself."""

    @property
    def beginning(self) -> Mapping[str, float]:
        """What it remembers, by name, and the number that each begins with."""
        ...

    def step(self, delta: Vector, memory: Mapping[str, Vector]) -> tuple[Vector, Mapping[str, Vector]]:
        """Give the step and what to remember; changes none of what it is given."""
        ...


@dataclass(frozen=True)
class FedAvgM:
    """Momentum: v ← β·v + Δ, and the step is η·v.

    Source: Hsu, Qi and Brown 2019, "Measuring the Effects of Non-Identical Data Distribution for Federated Visual
    Classification", section 4.3. With β = 0 and η = 1 it is FedAvg.
    """

    server_rate: float
    momentum: float

    @property
    def beginning(self) -> Mapping[str, float]:
        """Nothing has moved yet."""
        return {"momentum": 0.0}

    def step(self, delta: Vector, memory: Mapping[str, Vector]) -> tuple[Vector, Mapping[str, Vector]]:
        """Go on as before, and by the new change."""
        velocity = self.momentum * memory["momentum"] + delta
        return self.server_rate * velocity, {"momentum": velocity}


@dataclass(frozen=True)
class FedAdam:
    """Adaptive: m ← β1·m + (1 - β1)·Δ, v ← β2·v + (1 - β2)·Δ², and the step is η·m / (√v + τ).

    Source: Reddi et al. 2021, "Adaptive Federated Optimization", Algorithm 2; v begins at τ², and nothing corrects the
    bias of the first rounds, as there.
    """

    server_rate: float
    beta1: float
    beta2: float
    tau: float

    @property
    def beginning(self) -> Mapping[str, float]:
        """Nothing has moved yet; no number counts as steadier than τ."""
        return {"momentum": 0.0, "variance": self.tau**2}

    def step(self, delta: Vector, memory: Mapping[str, Vector]) -> tuple[Vector, Mapping[str, Vector]]:
        """Go further where a number moves steadily, less far where it swings."""
        momentum = self.beta1 * memory["momentum"] + (1 - self.beta1) * delta
        variance = self._variance(memory["variance"], np.square(delta))
        return self.server_rate * momentum / (np.sqrt(variance) + self.tau), {
            "momentum": momentum,
            "variance": variance,
        }

    def _variance(self, before: Vector, squares: Vector) -> Vector:
        return self.beta2 * before + (1 - self.beta2) * squares


@dataclass(frozen=True)
class FedYogi(FedAdam):
    """As FedAdam, but v moves by no more than the new square: v ← v - (1 - β2)·Δ²·sign(v - Δ²).

    Source: Reddi et al. 2021, Algorithm 2, after Zaheer et al. 2018, "Adaptive Methods for Nonconvex Optimization".
    """

    def _variance(self, before: Vector, squares: Vector) -> Vector:
        moved: Vector = before - (1 - self.beta2) * squares * np.sign(before - squares)
        return moved


def step_from(
    base: Tensors, average: State, optimizer: ServerOptimizer, layout: Layout, memory: Mapping[str, Tensors] | None
) -> tuple[State, Mapping[str, State]]:
    """Step from where the federation stands.

    Args:
        base: B, behind the scaler that ``average`` stands behind.
        average: R, what the hospitals' updates give.
        optimizer: How to step.
        layout: Of all of them.
        memory: What was given back the last time, behind the same scaler; None or empty: it begins anew.

    Returns:
        The next state, and what to remember, in float32; computed in float64, each number by itself.

    Raises:
        AggregationError: ``memory`` is another optimizer's.
    """
    beginning = optimizer.beginning
    if memory and set(memory) != set(beginning):
        raise AggregationError(
            f"What is remembered is {_named(memory)}, and the strategy goes on from {_named(beginning)}.",
            hint="Hand in what the same strategy gave back, or nothing, to begin anew.",
        )
    state, remembered = room_for(layout), {name: room_for(layout) for name in beginning}
    for stretch in stretches(layout):
        name, place = stretch.tensor.name, slice(stretch.start, stretch.stop)
        here = np.array(stretch.read(base), np.float64)
        before = {
            each: np.array(stretch.read(memory[each]), np.float64) if memory else np.full(stretch.size, value)
            for each, value in beginning.items()
        }
        step, after = optimizer.step(average[name].reshape(-1)[place] - here, before)
        state[name].reshape(-1)[place] = here + step
        for each, values in after.items():
            remembered[each][name].reshape(-1)[place] = values
    return state, remembered


def _named(names: Mapping[str, object]) -> str:
    return ", ".join(sorted(names)) or "nothing"
