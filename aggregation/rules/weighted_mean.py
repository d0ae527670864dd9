"""The average of states with given weights, in which most rules end."""

from collections.abc import Sequence

import numpy as np

from aggregation.rules.combined import Combined, room_for
from aggregation.tiles import TILE_ELEMENTS, stretches
from aggregation.updates import UpdateSet


def weighted_mean(updates: UpdateSet, weights: Sequence[float]) -> Combined:
    """Average with weights that sum to 1; an update of weight 0 is not read.

    Summed in float64 in the order of the digests: bit-identical for any order of arrival. Needs the memory of the
    result and a few tiles, whatever the number of updates.
    """
    counting = [(each.tensors, weight) for each, weight in zip(updates.updates, weights, strict=True) if weight]
    total, term = np.empty(TILE_ELEMENTS), np.empty(TILE_ELEMENTS)
    state = room_for(updates.layout)
    for stretch in stretches(updates.layout):
        total_tile, term_tile = total[: stretch.size], term[: stretch.size]
        total_tile.fill(0.0)
        for tensors, weight in counting:
            term_tile[:] = stretch.read(tensors)
            term_tile *= weight
            total_tile += term_tile
        state[stretch.tensor.name].reshape(-1)[stretch.start : stretch.stop] = total_tile
    return Combined(state, tuple(weights))
