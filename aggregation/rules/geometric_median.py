"""The state from which the updates are the least far away in all."""

import numpy as np

from aggregation.errors import NotSettledError
from aggregation.rules.combined import Combined
from aggregation.rules.distances import squared_distances
from aggregation.rules.weighted_mean import weighted_mean
from aggregation.tiles import Vector
from aggregation.updates import UpdateSet
from contract.network import Matrix

WEISZFELD_TOLERANCE = 1e-9
"""The median has settled when a step moves it by less than this part of the updates' mean distance from it."""
WEISZFELD_SMOOTHING = 1e-6
"""Distances count as no less than this part of the smallest distance between two updates that differ."""
WEISZFELD_STEPS = 50_000


def geometric_median(updates: UpdateSet) -> Combined:
    """Take the state whose distances to the updates have the smallest sum; bears any minority.

    Smoothed Weiszfeld: z = sum_k w_k x_k with w_k ∝ 1 / max(s, ‖x_k - z‖), repeated until it has settled. Source:
    Pillutla et al. 2019, "Robust Aggregation for Federated Learning", Algorithm 2. The result is a mean with weights,
    so the repetition needs the distances between the updates only, and the models are read twice in all.

    Raises:
        NotSettledError: It does not settle within ``WEISZFELD_STEPS``.
    """
    return weighted_mean(updates, _weiszfeld(squared_distances(updates)).tolist())


def _weiszfeld(squared: Matrix) -> Vector:
    """Give the weights of the geometric median.

    With weights that sum to 1, ‖x_k - z‖² = (D w)_k - wᵀDw / 2 where D holds the squared distances.
    """
    number = len(squared)
    weights: Vector = np.full(number, 1 / number)
    apart = squared[squared > 0]
    if not apart.size:
        return weights
    nearest = WEISZFELD_SMOOTHING * float(np.sqrt(apart.min()))
    for _ in range(WEISZFELD_STEPS):
        pull = (squared * weights).sum(axis=1)
        distances = np.sqrt(np.maximum(pull - (pull * weights).sum() / 2, 0))
        inverse = 1 / np.maximum(distances, nearest)
        moved = inverse / inverse.sum()
        step, weights = (np.abs(moved - weights) * distances).sum(), moved
        if step <= WEISZFELD_TOLERANCE * distances.mean():
            return weights
    raise NotSettledError(
        f"The geometric median of {number} updates has not settled after {WEISZFELD_STEPS:,} steps.",
        hint="Use coordinate_median or trimmed_mean for this set.",
        n=number,
    )
