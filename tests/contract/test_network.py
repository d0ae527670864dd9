"""The network in numpy by itself; ``tests/envoy/test_network.py`` holds torch's to it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.network import (
    ArchitectureSpec,
    apply_layers,
    bias_name,
    forward,
    initial_state,
    layers_of,
    softmax,
    tensor_layout,
    weight_name,
)

SPEC = ArchitectureSpec(input_size=2, hidden_sizes=(3,), output_size=2)


def test_the_layout_is_each_layers_weight_and_bias_first_to_last() -> None:
    assert [(tensor.name, tensor.shape, tensor.size, tensor.dtype) for tensor in tensor_layout(SPEC)] == [
        ("layers.0.weight", (3, 2), 6, "float32"),
        ("layers.0.bias", (3,), 3, "float32"),
        ("layers.1.weight", (2, 3), 6, "float32"),
        ("layers.1.bias", (2,), 2, "float32"),
    ]
    assert tensor_layout(SPEC)[2].name == weight_name(1)
    assert tensor_layout(SPEC)[3].name == bias_name(1)


def test_the_start_follows_from_the_seed_alone_and_keeps_its_bounds() -> None:
    first, again, other = initial_state(SPEC, 7), initial_state(SPEC, 7), initial_state(SPEC, 8)

    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not any(np.array_equal(first[name], other[name]) for name in first)
    assert {name: values.shape for name, values in first.items()} == {t.name: t.shape for t in tensor_layout(SPEC)}
    assert all(np.abs(first[name]).max() <= 1 / np.sqrt(2) for name in (weight_name(0), bias_name(0)))
    assert all(np.abs(first[name]).max() <= 1 / np.sqrt(3) for name in (weight_name(1), bias_name(1)))


def test_the_logits_are_those_computed_by_hand() -> None:
    state = {
        "layers.0.weight": np.array([[1, 0], [0, 1], [1, 1]]),
        "layers.0.bias": np.array([0, -5, 1]),
        "layers.1.weight": np.array([[1, 1, 0], [0, 10, 1]]),
        "layers.1.bias": np.array([0.5, 0]),
    }
    state = {name: values.astype(np.float32) for name, values in state.items()}

    assert forward(SPEC, state, np.array([[2.0, 3.0], [-4.0, 7.0]])).tolist() == [[2.5, 6.0], [2.5, 24.0]]


def test_one_row_is_answered_as_among_many() -> None:
    layers = layers_of(SPEC, initial_state(SPEC, 1))
    rows = np.random.default_rng(0).normal(size=(2, 5))

    together = apply_layers(layers, rows)

    assert together.shape == (2, 5)
    for place in range(5):
        assert apply_layers(layers, rows[:, place]) == pytest.approx(together[:, place], rel=1e-12)


@given(st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=5))
def test_probabilities_sum_to_one_and_never_overflow(logits: list[float]) -> None:
    probabilities = softmax(np.array([logits, logits]))

    assert probabilities.sum(axis=1) == pytest.approx([1, 1])
    assert (probabilities >= 0).all()
    assert probabilities[0][np.argmax(logits)] == probabilities.max()
