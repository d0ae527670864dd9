from collections.abc import Sequence

import pytest

from aggregation.errors import InconsistentUpdatesError, NoUpdatesError
from aggregation.rules import fedavg
from aggregation.updates import ModelUpdate, TensorsInFile, TensorsInMemory, in_order, shares
from contract.artifacts.model_file import locate_tensors, write_model
from contract.names import Digest
from contract.network import ArchitectureSpec, State, initial_state, tensor_layout
from tests.small_updates import LAYOUT, SCALER, SPEC, drawn_update


def federated_average(updates: Sequence[ModelUpdate]) -> State:
    return fedavg.federated_average(in_order(updates)).state


def test_weights_are_shares_of_the_examples():
    assert shares([drawn_update(0, 300), drawn_update(1, 100)]) == [0.75, 0.25]


def test_a_model_in_a_file_is_averaged_as_one_in_memory():
    files = {seed: write_model(initial_state(SPEC, seed), LAYOUT) for seed in (1, 2, 3)}

    def in_file(data: bytes) -> TensorsInFile:
        def read_at(offset: int, into: memoryview) -> None:
            into[:] = data[offset : offset + len(into)]

        return TensorsInFile(locate_tensors(data, LAYOUT), read_at)

    from_files = [
        ModelUpdate(Digest.of(data), 10 * seed, SCALER, LAYOUT, in_file(data)) for seed, data in files.items()
    ]
    from_memory = [drawn_update(seed, 10 * seed) for seed in files]
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
        federated_average([drawn_update(1, 10), drawn_update(2, 10, layout, other)])
    assert refusal.value.facts["tensor"] == tensor


def test_the_largest_magnitude_is_that_of_the_first_layer_alone():
    update = drawn_update(1, num_examples=10)
    state = {spec.name: update.tensors.read(spec, 0, spec.size).reshape(spec.shape).copy() for spec in update.layout}
    first, last = update.layout[0], update.layout[-1]
    state[first.name].flat[0] = -700.0
    state[last.name].flat[0] = 9000.0
    changed = ModelUpdate(update.digest, update.num_examples, SCALER, update.layout, TensorsInMemory(state))
    assert changed.largest_in_first_layer == 700.0
