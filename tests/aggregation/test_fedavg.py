import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregation.errors import InconsistentUpdatesError, NoUpdatesError
from aggregation.rules import fedavg
from aggregation.tiles import TILE_ELEMENTS
from aggregation.updates import ModelUpdate, TensorsInFile, TensorsInMemory, in_order, shares
from contract.artifacts.model_file import locate_tensors, write_model
from contract.names import Digest
from contract.network import ArchitectureSpec, State, TensorSpec, initial_state, tensor_layout
from contract.scaler import ScalerState

SCALER = ScalerState.from_moments(10, (3.0,), (40.0,))
SPEC = ArchitectureSpec(1, (4, 3), 3)
LAYOUT = tensor_layout(SPEC)


def federated_average(updates: Sequence[ModelUpdate]) -> State:
    return fedavg.federated_average(in_order(updates)).state


def update(seed: int, num_examples: int, layout=LAYOUT, spec=SPEC) -> ModelUpdate:
    state = initial_state(spec, seed)
    digest = Digest.of(write_model(state, layout))
    return ModelUpdate(digest, num_examples, SCALER, layout, TensorsInMemory(state))


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
    rows = [
        [1, 2, -1], [1.2, 1.8, -0.9], [0.8, 2.2, -1.1], [1.1, 1.9, -1.2],
        [0.9, 2.1, -0.8], [1.05, 2.05, -1.05], [50, -40, 30],
    ]  # fmt: skip
    average = federated_average(vectors(rows, [100, 200, 150, 50, 300, 120, 1000]))
    assert average["layers.0.bias"] == pytest.approx([26.516146, -19.864062, 15.171354], rel=2e-7)


def test_weights_are_shares_of_the_examples():
    assert shares([update(0, 300), update(1, 100)]) == [0.75, 0.25]


def test_the_average_of_one_update_is_that_update():
    alone = federated_average([update(5, 7)])
    assert all(np.array_equal(alone[name], values) for name, values in initial_state(SPEC, 5).items())


def test_every_order_of_arrival_gives_the_same_bytes():
    updates = [update(seed, 10 + seed * seed) for seed in range(5)]
    files = {write_model(federated_average(order), LAYOUT) for order in itertools.permutations(updates)}
    assert len(files) == 1


@settings(max_examples=30, deadline=None)
@given(counts=st.lists(st.integers(1, 10**6), min_size=1, max_size=8), seed=st.integers(0, 1000))
def test_the_average_is_the_weighted_mean_in_float64(counts: list[int], seed: int):
    updates = [update(seed + place, count) for place, count in enumerate(counts)]
    average = federated_average(updates)
    for name in average:
        states = np.array([each.tensors.state[name] for each in updates], np.float64)
        expected = np.average(states, axis=0, weights=counts)
        assert np.allclose(average[name], expected, rtol=1e-6, atol=1e-7)


def test_tensors_larger_than_a_tile_are_averaged_whole():
    spec = ArchitectureSpec(TILE_ELEMENTS // 4, (9,), 3)
    layout = tensor_layout(spec)
    average = federated_average([update(1, 1, layout, spec), update(2, 3, layout, spec)])
    first, second = initial_state(spec, 1), initial_state(spec, 2)
    for name in average:
        assert np.allclose(average[name], 0.25 * first[name] + 0.75 * second[name], atol=1e-6)


def test_a_model_in_a_file_is_averaged_as_one_in_memory():
    files = {seed: write_model(initial_state(SPEC, seed), LAYOUT) for seed in (1, 2, 3)}

    def in_file(data: bytes) -> TensorsInFile:
        def read_at(offset: int, into: memoryview) -> None:
            into[:] = data[offset : offset + len(into)]

        return TensorsInFile(locate_tensors(data, LAYOUT), read_at)

    from_files = [
        ModelUpdate(Digest.of(data), 10 * seed, SCALER, LAYOUT, in_file(data)) for seed, data in files.items()
    ]
    from_memory = [update(seed, 10 * seed) for seed in files]
    assert write_model(federated_average(from_files), LAYOUT) == write_model(federated_average(from_memory), LAYOUT)


def test_no_updates_are_refused():
    with pytest.raises(NoUpdatesError):
        federated_average([])


@pytest.mark.parametrize(
    ("other", "tensor"),
    [
        pytest.param(ArchitectureSpec(2, (4, 3), 3), "layers.0.weight", id="another number of features"),
        pytest.param(ArchitectureSpec(1, (4, 5), 3), "layers.1.weight", id="a wider second layer"),
        pytest.param(ArchitectureSpec(1, (4, 3, 3), 3), "layers.3.weight", id="one layer more"),
    ],
)
def test_another_architecture_is_refused_and_the_tensor_named(other: ArchitectureSpec, tensor: str):
    layout = tensor_layout(other)
    with pytest.raises(InconsistentUpdatesError, match=tensor) as refusal:
        federated_average([update(1, 10), update(2, 10, layout, other)])
    assert refusal.value.facts["tensor"] == tensor
