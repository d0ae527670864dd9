"""No hospital pulls further than the middle one: updates clipped at the median norm, claimed counts capped."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from aggregation.tiles import stretches
from aggregation.updates import Change, Tile, UpdateSet
from contract.network import Layout, TensorSpec


def clip(updates: UpdateSet) -> UpdateSet:
    """Shorten each change x_k = w_k - base_k to the median of the norms where it is longer, about its own base.

    Source: norm bounding of Sun et al. 2019, "Can You Really Backdoor Federated Learning?", with the median as bound.

    Raises:
        NoBaseError: An update does not say what it was trained from.
    """
    changes = [each.change for each in updates.updates]
    norms = [norm(updates.layout, change) for change in changes]
    bound = statistics.median(norms)
    clipped = (
        replace(each, tensors=_Shortened(change, bound / length)) if length > bound else each
        for each, change, length in zip(updates.updates, changes, norms, strict=True)
    )
    return replace(updates, updates=tuple(clipped))


def capped_counts(counts: Sequence[int], ratio: float) -> list[int]:
    """Cap each claimed number of examples at ``ratio`` × the median of the claims; never below 1."""
    cap = max(1, int(ratio * statistics.median(counts)))
    return [min(count, cap) for count in counts]


def norm(layout: Layout, change: Change) -> float:
    """Give the Euclidean norm over all tensors."""
    squares = 0.0
    for stretch in stretches(layout):
        tile = stretch.read(change)
        squares += float(np.einsum("i,i->", tile, tile))
    return math.sqrt(squares)


@dataclass(frozen=True)
class _Shortened:
    """A state that lies on the way from its base to what it was."""

    change: Change
    factor: float

    def read(self, tensor: TensorSpec, start: int, stop: int) -> Tile:
        shortened = self.change.read(tensor, start, stop)
        shortened *= self.factor
        shortened += self.change.base.read(tensor, start, stop)
        return shortened
