"""Where a set was trained from, read as one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation.starts import Starts
from aggregation.updates import TensorsInMemory
from contract.network import TensorSpec

SPEC = TensorSpec("layers.0.bias", (3,))


def tensors(*values: float) -> TensorsInMemory:
    return TensorsInMemory({SPEC.name: np.array(values, np.float32)})


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=3, max_size=3), st.integers(1, 50))
def test_one_start_of_all_is_read_to_the_bit(values: list[float], number: int):
    starts = Starts([tensors(*values)] * number, [1 / number] * number)
    assert starts.read(SPEC, 0, 3).tolist() == values


def test_several_starts_are_their_weighted_mean():
    starts = Starts([tensors(1, 2, 3), tensors(5, 2, -1)], [0.25, 0.75])
    assert starts.read(SPEC, 0, 3) == pytest.approx([4, 2, 0])
    assert starts.read(SPEC, 2, 3) == pytest.approx([0])
