"""Whether two states are one function of the raw inputs: whatever scaler they stand behind, and no trained one is."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation.sameness import are_same, differ, rounding
from aggregation.scaling import behind
from aggregation.updates import ModelUpdate, TensorsInMemory
from contract.artifacts.model_file import write_model
from contract.names import Digest
from contract.network import ArchitectureSpec, State, initial_state, tensor_layout
from contract.scaler import ScalerState

SPEC = ArchitectureSpec(2, (32, 16), 3)
LAYOUT = tensor_layout(SPEC)
COMMON = ScalerState.from_moments(100, (5.0, 2.0), (2500.0, 900.0))


def scalers(means: st.SearchStrategy[float], variances: st.SearchStrategy[float]) -> st.SearchStrategy[ScalerState]:
    return st.builds(
        lambda mean, variance: ScalerState.from_moments(100, mean, tuple(100 * each for each in variance)),
        st.tuples(means, means),
        st.tuples(variances, variances),
    )


sane = scalers(st.floats(-200, 200), st.floats(1e-4, 1e6))
alike = scalers(st.floats(2, 20), st.floats(10, 1000))
seeds = st.integers(0, 2**32 - 1)


def update_of(state: State, scaler: ScalerState) -> ModelUpdate:
    return ModelUpdate(Digest.of(write_model(state, LAYOUT)), 10, scaler, LAYOUT, TensorsInMemory(state))


def in_float32(update: ModelUpdate, scaler: ScalerState) -> ModelUpdate:
    """Put a model behind another scaler and into a file, as whoever sends it again would."""
    moved = behind(update, scaler)
    state = {
        spec.name: np.asarray(moved.tensors.read(spec, 0, spec.size), np.float32).reshape(spec.shape) for spec in LAYOUT
    }
    return update_of(state, scaler)


@given(seeds, sane, sane, sane)
def test_a_state_behind_any_sane_scaler_is_the_same_function(
    seed: int, own: ScalerState, other: ScalerState, compared: ScalerState
):
    update = update_of(initial_state(SPEC, seed), own)
    again = in_float32(update, other)
    assert are_same(update, again, compared)
    assert are_same(again, update, compared)


@given(seeds, alike, alike, alike, alike)
def test_so_is_one_that_came_by_several_hospitals_scalers(
    seed: int, own: ScalerState, start: ScalerState, other: ScalerState, compared: ScalerState
):
    update = update_of(initial_state(SPEC, seed), own)
    again = in_float32(in_float32(update, start), other)  # as a start that a hospital puts behind its own
    assert are_same(update, again, compared)
    assert are_same(update, in_float32(again, own), compared)


@given(seeds, sane, sane)
def test_a_trained_state_is_another_one(seed: int, own: ScalerState, other: ScalerState):
    state, random = initial_state(SPEC, seed), np.random.default_rng(seed)
    moved = {name: (tensor + random.normal(0, 0.05, tensor.shape)).astype("f4") for name, tensor in state.items()}
    update, trained = update_of(state, own), update_of(moved, own)
    assert not are_same(update, trained, own)
    assert not are_same(update, in_float32(trained, other), own)


@pytest.mark.parametrize("spec", LAYOUT, ids=lambda spec: spec.name)
def test_a_step_in_one_tensor_is_seen(spec):
    state = initial_state(SPEC, 1)
    stepped = {**state, spec.name: (state[spec.name] + 1e-3).astype(np.float32)}
    assert not are_same(update_of(state, COMMON), update_of(stepped, COMMON), COMMON)


def test_a_file_is_the_same_as_itself_unread(monkeypatch: pytest.MonkeyPatch):
    update = update_of(initial_state(SPEC, 1), COMMON)

    def unread(*_: object) -> np.ndarray:
        raise AssertionError("nobody needs to read this")

    monkeypatch.setattr(TensorsInMemory, "read", unread)
    assert are_same(update, replace(update, num_examples=11), COMMON)


def test_one_file_is_one_model_whatever_scaler_lies_beside_it():
    update = update_of(initial_state(SPEC, 1), COMMON)
    other = ScalerState.from_moments(100, (6.0, 2.0), (2500.0, 900.0))
    assert are_same(update, replace(update, scaler=other), COMMON)


@given(seeds, seeds, st.floats(0.5, 0.999))
def test_two_states_differ_by_more_than_so_exactly_where_their_distance_is_larger(one: int, other: int, part: float):
    states = initial_state(SPEC, one), initial_state(SPEC, other)
    distance = np.sqrt(sum(((states[0][name].astype(float) - states[1][name]) ** 2).sum() for name in states[0]))
    first, second = (TensorsInMemory(state) for state in states)
    assert differ(LAYOUT, first, second, part * distance) == (distance > 0)
    assert not differ(LAYOUT, first, second, distance / part + 1e-12)


def test_reading_stops_as_soon_as_two_states_are_apart(monkeypatch: pytest.MonkeyPatch):
    read: list[str] = []
    original = TensorsInMemory.read

    def noted(self, tensor, start: int, stop: int):
        read.append(tensor.name)
        return original(self, tensor, start, stop)

    monkeypatch.setattr(TensorsInMemory, "read", noted)
    first, second = (TensorsInMemory(initial_state(SPEC, seed)) for seed in (1, 2))
    assert differ(LAYOUT, first, second, 0.0)
    assert set(read) == {LAYOUT[0].name}


def test_only_what_stands_behind_an_absurd_scaler_is_rounded_much():
    update = update_of(initial_state(SPEC, 1), COMMON)
    absurd = in_float32(update, ScalerState.from_moments(100, (1e6, 1e6), (2500.0, 900.0)))
    assert rounding(update, COMMON) < 1e-4
    assert rounding(absurd, COMMON) > 0.1
