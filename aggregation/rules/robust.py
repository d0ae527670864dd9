"""Rules that a few bad updates can't steer: each bears f of n, under its condition, and says so where it can't.

All see states behind one scaler, all count every update alike, and none learns who came first.
"""

from collections.abc import Callable

import numpy as np

from aggregation.errors import NotSettledError, TooFewUpdatesError
from aggregation.rules.combined import Combined, empty_state
from aggregation.rules.weighted_mean import weighted_mean
from aggregation.tiles import Matrix, Vector, ascending, stacks
from aggregation.updates import UpdateSet

WEISZFELD_TOLERANCE = 1e-9
"""The median has settled when a step moves it by less than this part of the updates' mean distance from it."""
WEISZFELD_SMOOTHING = 1e-6
"""Distances count as no less than this part of the smallest distance between two updates that differ."""
WEISZFELD_STEPS = 50_000


def coordinate_median(updates: UpdateSet, *, f: int) -> Combined:
    """Take the median of each number by itself; bears f < n / 2.

    Source: Yin et al. 2018, "Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates", Definition 1.

    Raises:
        TooFewUpdatesError: n ≤ 2f.
    """
    _require("coordinate_median", len(updates), 2 * f + 1, "n > 2f", f)
    return _by_coordinate(updates, middle)


def trimmed_mean(updates: UpdateSet, *, f: int) -> Combined:
    """Average each number by itself without its f smallest and f largest values; bears f < n / 2.

    Source: Yin et al. 2018, Definition 2, with the number to leave out given as f of n.

    Raises:
        TooFewUpdatesError: n ≤ 2f.
    """
    _require("trimmed_mean", len(updates), 2 * f + 1, "n > 2f", f)
    kept = slice(f, len(updates) - f)
    return _by_coordinate(updates, lambda ascending: ascending[:, kept].mean(axis=1))


def geometric_median(updates: UpdateSet) -> Combined:
    """Take the state whose distances to the updates have the smallest sum; bears any minority.

    Smoothed Weiszfeld: z = sum_k w_k x_k with w_k ∝ 1 / max(s, ‖x_k - z‖), repeated until it has settled. Source:
    Pillutla et al. 2019, "Robust Aggregation for Federated Learning", Algorithm 2. The result is a mean with weights,
    so the repetition needs the distances between the updates only, and the models are read twice in all.

    Raises:
        NotSettledError: It does not settle within ``WEISZFELD_STEPS``.
    """
    return weighted_mean(updates, _weiszfeld(squared_distances(updates)).tolist())


def krum(updates: UpdateSet, *, f: int) -> Combined:
    """Take the one update that is nearest to its neighbours; bears f with n ≥ 2f + 3.

    Source: Blanchard et al. 2017, "Machine Learning with Adversaries: Byzantine Tolerant Gradient Descent", section 4.

    Raises:
        TooFewUpdatesError: n < 2f + 3.
    """
    _require("krum", len(updates), 2 * f + 3, "n ≥ 2f + 3", f)
    return _mean_of_nearest(updates, f, 1)


def multi_krum(updates: UpdateSet, *, f: int, m: int | None = None) -> Combined:
    """Average the m updates with the best Krum scores (by default n - f); bears f with n ≥ 2f + 3.

    Source: Blanchard et al. 2017, section 4, "Multi-Krum".

    Raises:
        TooFewUpdatesError: n < 2f + 3, or m > n - f.
    """
    _require("multi_krum", len(updates), 2 * f + 3, "n ≥ 2f + 3", f)
    chosen = len(updates) - f if m is None else m
    if chosen > len(updates) - f:
        raise TooFewUpdatesError(
            f"multi_krum can't choose m = {chosen} of n = {len(updates)} updates of which f = {f} may be bad.",
            hint=f"Choose m ≤ n - f = {len(updates) - f}.",
            n=len(updates),
            f=f,
            m=chosen,
        )
    return _mean_of_nearest(updates, f, chosen)


def krum_scores(updates: UpdateSet, f: int) -> Vector:
    """Sum each update's n - f - 2 smallest squared distances to the others, in the order of the set."""
    distances = squared_distances(updates)
    np.fill_diagonal(distances, np.inf)
    scores: Vector = np.sort(distances, axis=1)[:, : len(updates) - f - 2].sum(axis=1)
    return scores


def squared_distances(updates: UpdateSet) -> Matrix:
    """Give the squared Euclidean distance between every two updates.

    By differences, not by products: one absurd update then can't drown the distances between the others in rounding;
    and without BLAS, whose sums depend on the number of threads.
    """
    number = len(updates)
    distances = np.zeros((number, number))
    for _, matrix in stacks(updates.layout, [each.tensors for each in updates.updates]):
        for place in range(number - 1):
            differences = matrix[place + 1 :] - matrix[place]
            distances[place, place + 1 :] += np.einsum("ij,ij->i", differences, differences)
    both: Matrix = distances + distances.T
    return both


def middle(ascending: Matrix) -> Vector:
    """Give the median of each row of sorted values."""
    number = ascending.shape[1]
    median: Vector = (ascending[:, (number - 1) // 2] + ascending[:, number // 2]) / 2
    return median


def _by_coordinate(updates: UpdateSet, rule: Callable[[Matrix], Vector]) -> Combined:
    state = empty_state(updates)
    for stretch, matrix in stacks(updates.layout, [each.tensors for each in updates.updates]):
        state[stretch.tensor.name].reshape(-1)[stretch.start : stretch.stop] = rule(ascending(matrix))
    return Combined(state, None)


def _mean_of_nearest(updates: UpdateSet, f: int, chosen: int) -> Combined:
    """Average those with the smallest scores; of equal scores the one with the smaller digest."""
    nearest = set(np.argsort(krum_scores(updates, f), kind="stable")[:chosen].tolist())
    return weighted_mean(updates, [1 / chosen if place in nearest else 0.0 for place in range(len(updates))])


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


def _require(rule: str, number: int, least: int, condition: str, f: int) -> None:
    if number < least:
        raise TooFewUpdatesError(
            f"{rule} needs {condition}: with f = {f} bad updates at least {least}, and there are n = {number}.",
            hint="Wait for more hospitals, lower f, or choose another strategy.",
            n=number,
            f=f,
        )
