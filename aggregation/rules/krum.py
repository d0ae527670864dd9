"""The updates that lie nearest to their neighbours: one of them, or the mean of several."""

import numpy as np

from aggregation.errors import TooFewUpdatesError
from aggregation.rules.combined import Combined
from aggregation.rules.condition import require
from aggregation.rules.distances import squared_distances
from aggregation.rules.weighted_mean import weighted_mean
from aggregation.tiles import Vector
from aggregation.updates import UpdateSet


def krum(updates: UpdateSet, *, f: int) -> Combined:
    """Take the one update that is nearest to its neighbours; bears f with n ≥ 2f + 3.

    Source: Blanchard et al. 2017, "Machine Learning with Adversaries: Byzantine Tolerant Gradient Descent", section 4.

    Raises:
        TooFewUpdatesError: n < 2f + 3.
    """
    require("krum", len(updates), 2 * f + 3, "n ≥ 2f + 3", f)
    return _mean_of_nearest(updates, f, 1)


def multi_krum(updates: UpdateSet, *, f: int, m: int | None = None) -> Combined:
    """Average the m updates with the best Krum scores (by default n - f); bears f with n ≥ 2f + 3.

    Source: Blanchard et al. 2017, section 4, "Multi-Krum".

    Raises:
        TooFewUpdatesError: n < 2f + 3, or m > n - f.
    """
    require("multi_krum", len(updates), 2 * f + 3, "n ≥ 2f + 3", f)
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


def _mean_of_nearest(updates: UpdateSet, f: int, chosen: int) -> Combined:
    """Average those with the smallest scores; of equal scores the one with the smaller digest."""
    nearest = set(np.argsort(krum_scores(updates, f), kind="stable")[:chosen].tolist())
    return weighted_mean(updates, [1 / chosen if place in nearest else 0.0 for place in range(len(updates))])
