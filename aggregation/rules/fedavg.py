"""Averages of states: by the number of examples, by any other weights, or plain.

Source: McMahan et al. 2017, "Communication-Efficient Learning of Deep Networks from Decentralized Data", Algorithm 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aggregation.tiles import TILE_ELEMENTS, stretches
from aggregation.updates import UpdateSet, shares
from contract.network import State


@dataclass(frozen=True)
class Combined:
    """One state out of many.

    Args:
        state: The result.
        shares: What each update counts for in it, summing to 1; None where the rule takes each number from elsewhere.
    """

    state: State
    shares: tuple[float, ...] | None


def federated_average(updates: UpdateSet) -> Combined:
    """Average the hospitals' states, each weighted by its number of examples: w = sum_k (n_k / n) w_k."""
    return weighted_mean(updates, shares(updates.updates))


def mean(updates: UpdateSet) -> Combined:
    """Average the hospitals' states, each counting the same."""
    return weighted_mean(updates, [1 / len(updates)] * len(updates))


def weighted_mean(updates: UpdateSet, weights: Sequence[float]) -> Combined:
    """Average with weights that sum to 1; an update of weight 0 is not read.

    Summed in float64 in the order of the digests: bit-identical for any order of arrival. Needs the memory of the
    result and a few tiles, whatever the number of updates.
    """
    counting = [(each.tensors, weight) for each, weight in zip(updates.updates, weights, strict=True) if weight]
    total, term = np.empty(TILE_ELEMENTS), np.empty(TILE_ELEMENTS)
    state = empty_state(updates)
    for stretch in stretches(updates.layout):
        total_tile, term_tile = total[: stretch.size], term[: stretch.size]
        total_tile.fill(0.0)
        for tensors, weight in counting:
            term_tile[:] = stretch.read(tensors)
            term_tile *= weight
            total_tile += term_tile
        state[stretch.tensor.name].reshape(-1)[stretch.start : stretch.stop] = total_tile
    return Combined(state, tuple(weights))


def empty_state(updates: UpdateSet) -> dict[str, NDArray[np.float32]]:
    """Make room for a result."""
    return {tensor.name: np.empty(tensor.shape, np.float32) for tensor in updates.layout}
