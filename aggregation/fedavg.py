"""Federated averaging.

Source: McMahan et al. 2017, "Communication-Efficient Learning of Deep Networks from Decentralized Data", Algorithm 1.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aggregation.updates import ModelUpdate, in_order, shares
from contract.architecture import State

TILE_ELEMENTS = 1 << 16
"""One tile in float64 (512 KiB) and its source stay in a core's cache while all hospitals pass over them."""


def federated_average(updates: Sequence[ModelUpdate]) -> State:
    """Average the hospitals' states, each weighted by its number of examples.

    Computes w = sum_k (n_k / n) w_k, summed in float64 in the order of the digests: bit-identical for any order of
    arrival. Needs the memory of the result and a few tiles, whatever the number of updates.

    Raises:
        NoUpdatesError: ``updates`` is empty.
        InconsistentUpdatesError: Names, shapes or dtypes differ.
    """
    ordered = in_order(updates)
    weights = shares(ordered)
    total, term = np.empty(TILE_ELEMENTS), np.empty(TILE_ELEMENTS)
    state: dict[str, NDArray[np.float32]] = {}
    for tensor in ordered[0].layout:
        average = np.empty(tensor.size, np.float32)
        for start in range(0, tensor.size, TILE_ELEMENTS):
            stop = min(start + TILE_ELEMENTS, tensor.size)
            total_tile, term_tile = total[: stop - start], term[: stop - start]
            total_tile.fill(0.0)
            for update, weight in zip(ordered, weights, strict=True):
                term_tile[:] = update.tensors.read(tensor, start, stop)
                term_tile *= weight
                total_tile += term_tile
            average[start:stop] = total_tile
        state[tensor.name] = average.reshape(tensor.shape)
    return state
