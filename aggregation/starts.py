"""Where a set of updates was trained from: its one start, or the middle of several."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aggregation.updates import Tensors, Tile
from contract.network import TensorSpec


@dataclass(frozen=True)
class Starts:
    """The starts of a set's updates, read as one: what all share to the bit, else their weighted mean.

    With it R - start is the weighted mean of each update's change about its own start.

    Args:
        starts: One an update, at least one.
        weights: What each update counts for; they sum to 1.
    """

    starts: Sequence[Tensors]
    weights: Sequence[float]

    def read(self, tensor: TensorSpec, start: int, stop: int) -> Tile:
        """Read them one by one."""
        first = self.starts[0].read(tensor, start, stop)
        mean, are_one = np.zeros(stop - start), True
        for each, weight in zip(self.starts, self.weights, strict=True):
            tile = each.read(tensor, start, stop)
            are_one = are_one and np.array_equal(tile, first)
            mean += weight * tile
        return first if are_one else mean
