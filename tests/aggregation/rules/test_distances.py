import numpy as np
import pytest

from aggregation.rules.distances import squared_distances
from aggregation.updates import in_order
from tests.small_updates import ROWS, updates_of


def test_distances_are_those_between_the_whole_vectors_each_way() -> None:
    ordered = in_order(updates_of(ROWS))
    rows = np.array([ROWS[place] for place in ordered.places], np.float32).astype(np.float64)

    found = squared_distances(ordered)

    assert found == pytest.approx(np.square(rows[:, np.newaxis] - rows).sum(axis=2), rel=1e-12)
    assert np.array_equal(found, found.T)
    assert not found.diagonal().any()


def test_an_absurd_update_does_not_drown_the_distance_between_two_others() -> None:
    near, next_to_it, absurd = updates_of([(1.0, 0.0)]), updates_of([(1.0, 1e-6)]), updates_of([(1e30, 1e30)])

    found = squared_distances(in_order([*near, *next_to_it, *absurd]))

    assert np.sort(found, axis=None)[3] == pytest.approx(1e-12)
