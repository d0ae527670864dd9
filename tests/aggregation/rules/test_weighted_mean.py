from dataclasses import replace

import pytest

from aggregation.rules.weighted_mean import weighted_mean
from aggregation.updates import Tile, in_order
from contract.network import TensorSpec
from tests.small_updates import NAME, updates_of


class Unreadable:
    """Tensors that nobody may look at."""

    def read(self, tensor: TensorSpec, start: int, stop: int) -> Tile:
        raise AssertionError(f"{tensor.name} was read")


def test_the_mean_is_that_of_the_weights_and_says_which_they_were() -> None:
    ordered = in_order(updates_of([(0, 8), (4, 0)]))
    weights = [0.75 if place == 0 else 0.25 for place in ordered.places]

    found = weighted_mean(ordered, weights)

    assert found.state[NAME].tolist() == [1, 6]
    assert found.shares == tuple(weights)


def test_an_update_of_weight_0_is_not_read() -> None:
    ordered = in_order(updates_of([(1, 2), (3, 4)]))
    first, second = ordered.updates
    half_readable = replace(ordered, updates=(replace(first, tensors=Unreadable()), second))

    assert weighted_mean(half_readable, [0.0, 1.0]).state[NAME].tolist() == [[1, 2], [3, 4]][ordered.places[1]]
    with pytest.raises(AssertionError, match="was read"):
        weighted_mean(half_readable, [0.5, 0.5])
