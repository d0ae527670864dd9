"""Each number by itself, by its rank among the updates': the coordinate-wise median and the trimmed mean."""

from collections.abc import Callable

from aggregation.rules.combined import Combined, room_for
from aggregation.rules.condition import require
from aggregation.tiles import Vector, ascending, stacks
from aggregation.updates import UpdateSet
from contract.network import Matrix


def coordinate_median(updates: UpdateSet, *, f: int) -> Combined:
    """Take the median of each number by itself; bears f < n / 2.

    Source: Yin et al. 2018, "Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates", Definition 1.

    Raises:
        TooFewUpdatesError: n ≤ 2f.
    """
    require("coordinate_median", len(updates), 2 * f + 1, "n > 2f", f)
    return _by_coordinate(updates, middle)


def trimmed_mean(updates: UpdateSet, *, f: int) -> Combined:
    """Average each number by itself without its f smallest and f largest values; bears f < n / 2.

    Source: Yin et al. 2018, Definition 2, with the number to leave out given as f of n.

    Raises:
        TooFewUpdatesError: n ≤ 2f.
    """
    require("trimmed_mean", len(updates), 2 * f + 1, "n > 2f", f)
    kept = slice(f, len(updates) - f)
    return _by_coordinate(updates, lambda ascending: ascending[:, kept].mean(axis=1))


def middle(ascending: Matrix) -> Vector:
    """Give the median of each row of sorted values."""
    number = ascending.shape[1]
    median: Vector = (ascending[:, (number - 1) // 2] + ascending[:, number // 2]) / 2
    return median


def _by_coordinate(updates: UpdateSet, rule: Callable[[Matrix], Vector]) -> Combined:
    state = room_for(updates.layout)
    for stretch, matrix in stacks(updates.layout, [each.tensors for each in updates.updates]):
        state[stretch.tensor.name].reshape(-1)[stretch.start : stretch.stop] = rule(ascending(matrix))
    return Combined(state, None)
