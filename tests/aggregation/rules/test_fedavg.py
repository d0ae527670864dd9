import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregation.rules import fedavg
from aggregation.tiles import TILE_ELEMENTS
from aggregation.updates import ModelUpdate, TensorsInMemory, in_order
from contract.artifacts.model_file import write_model
from contract.names import Digest
from contract.network import ArchitectureSpec, State, TensorSpec, initial_state, tensor_layout
from tests.small_updates import LAYOUT, SCALER, SPEC, drawn_update


def federated_average(updates: Sequence[ModelUpdate]) -> State:
    return fedavg.federated_average(in_order(updates)).state


def vectors(rows: Sequence[Sequence[float]], counts: Sequence[int]) -> list[ModelUpdate]:
    layout = (TensorSpec("layers.0.bias", (len(rows[0]),)),)
    return [
        ModelUpdate(
            Digest.of(str(place).encode()),
            count,
            SCALER,
            layout,
            TensorsInMemory({"layers.0.bias": np.array(row, np.float32)}),
        )
        for place, (row, count) in enumerate(zip(rows, counts, strict=True))
    ]


def test_the_average_is_that_of_the_reference_table():
    rows: list[list[float]] = [
        [1, 2, -1], [1.2, 1.8, -0.9], [0.8, 2.2, -1.1], [1.1, 1.9, -1.2],
        [0.9, 2.1, -0.8], [1.05, 2.05, -1.05], [50, -40, 30],
    ]  # fmt: skip
    average = federated_average(vectors(rows, [100, 200, 150, 50, 300, 120, 1000]))
    assert average["layers.0.bias"] == pytest.approx([26.516146, -19.864062, 15.171354], rel=2e-7)


def test_the_average_of_one_update_is_that_update():
    alone = federated_average([drawn_update(5, 7)])
    assert all(np.array_equal(alone[name], values) for name, values in initial_state(SPEC, 5).items())


def test_every_order_of_arrival_gives_the_same_bytes():
    updates = [drawn_update(seed, 10 + seed * seed) for seed in range(5)]
    files = {write_model(federated_average(order), LAYOUT) for order in itertools.permutations(updates)}
    assert len(files) == 1


@settings(max_examples=30, deadline=None)
@given(counts=st.lists(st.integers(1, 10**6), min_size=1, max_size=8), seed=st.integers(0, 1000))
def test_the_average_is_the_weighted_mean_in_float64(counts: list[int], seed: int):
    updates = [drawn_update(seed + place, count) for place, count in enumerate(counts)]
    average = federated_average(updates)
    for name in average:
        states = np.array([initial_state(SPEC, seed + place)[name] for place in range(len(counts))], np.float64)
        expected = np.average(states, axis=0, weights=counts)
        assert np.allclose(average[name], expected, rtol=1e-6, atol=1e-7)


def test_tensors_larger_than_a_tile_are_averaged_whole():
    spec = ArchitectureSpec(TILE_ELEMENTS // 4, (9,), 3)
    layout = tensor_layout(spec)
    average = federated_average([drawn_update(1, 1, layout, spec), drawn_update(2, 3, layout, spec)])
    first, second = initial_state(spec, 1), initial_state(spec, 2)
    for name in average:
        assert np.allclose(average[name], 0.25 * first[name] + 0.75 * second[name], atol=1e-6)
