"""How far two models are from each other, whatever scalers they stand behind."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregation import tiles
from aggregation.distance import ModelDistance, measure_distance
from aggregation.errors import InconsistentUpdatesError
from aggregation.sameness import rounding
from aggregation.scaling import behind
from aggregation.updates import ModelUpdate, TensorsInMemory
from contract.artifacts.model_file import write_model
from contract.names import Digest
from contract.network import ArchitectureSpec, State, initial_state, tensor_layout
from contract.scaler import ScalerState, re_expressed

SPEC = ArchitectureSpec(2, (8, 4), 3)
LAYOUT = tensor_layout(SPEC)
seeds = st.integers(0, 2**32 - 1)
scalers = st.builds(
    lambda mean, variance: ScalerState.from_moments(100, mean, tuple(100 * each for each in variance)),
    st.tuples(*[st.floats(-200, 200)] * 2),
    st.tuples(*[st.floats(1e-2, 1e4)] * 2),
)
COMMON = ScalerState.from_moments(100, (5.0, 2.0), (2500.0, 900.0))


def update_of(state: State, scaler: ScalerState = COMMON) -> ModelUpdate:
    return ModelUpdate(Digest.of(write_model(state, LAYOUT)), 10, scaler, LAYOUT, TensorsInMemory(state))


def drawn(seed: int, scaler: ScalerState = COMMON) -> ModelUpdate:
    return update_of(initial_state(SPEC, seed), scaler)


def flat(update: ModelUpdate) -> np.ndarray:
    return np.concatenate([np.array(update.tensors.read(each, 0, each.size), np.float64) for each in LAYOUT])


def figures(found: ModelDistance) -> list[float]:
    each = [found.whole, *(found.tensors[name] for name in sorted(found.tensors))]
    return [figure for apart in each for figure in (apart.distance, apart.cosine or 0.0)]


@settings(max_examples=60, deadline=None)
@given(seeds, seeds, scalers, scalers, st.integers(1, 9))
def test_it_is_that_of_the_numbers_behind_the_first_ones_scaler(
    one: int, other: int, own: ScalerState, others: ScalerState, elements: int
):
    a, b = drawn(one, own), drawn(other, others)
    with pytest.MonkeyPatch.context() as patch:  # a tensor is read in several stretches
        patch.setattr(tiles.stretches, "__defaults__", (elements,))
        found = measure_distance(a, b)
    x, y = flat(a), flat(behind(b, own))
    assert found.whole.norm == pytest.approx(np.linalg.norm(x))
    assert found.whole.other_norm == pytest.approx(np.linalg.norm(y))
    assert found.whole.distance == pytest.approx(np.linalg.norm(y - x), abs=1e-9)
    assert found.whole.relative == pytest.approx(np.linalg.norm(y - x) / np.linalg.norm(x), abs=1e-9)
    assert found.whole.cosine == pytest.approx(x @ y / np.linalg.norm(x) / np.linalg.norm(y), abs=1e-9)
    distances = [each.distance for each in found.tensors.values()]
    assert distances == sorted(distances, reverse=True)
    assert found.tensors.keys() == {each.name for each in LAYOUT}
    assert np.linalg.norm(distances) == pytest.approx(found.whole.distance, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(seeds, seeds, scalers, scalers)
def test_it_is_the_same_in_both_directions_behind_one_scaler(
    one: int, other: int, own: ScalerState, others: ScalerState
):
    a, b = drawn(one, own), behind(drawn(other, others), own)
    there, back = measure_distance(a, b), measure_distance(b, a)
    assert figures(there) == figures(back)
    assert figures(measure_distance(a, drawn(other, others))) == figures(there)
    assert (there.whole.norm, there.whole.other_norm) == (back.whole.other_norm, back.whole.norm)


@settings(max_examples=60, deadline=None)
@given(seeds, scalers, scalers)
def test_a_model_is_nowhere_from_itself_behind_another_scaler(seed: int, own: ScalerState, other: ScalerState):
    a = drawn(seed, own)
    again = update_of(re_expressed(initial_state(SPEC, seed), own, other), other)
    found = measure_distance(a, again).whole
    assert found.distance <= rounding(a, own) + rounding(again, own)
    assert measure_distance(a, a).whole.distance == 0.0
    assert measure_distance(a, a).whole.cosine == pytest.approx(1)


def test_a_known_pair():
    zero = {name: np.zeros_like(tensor) for name, tensor in initial_state(SPEC, 1).items()}
    three, four = ({**zero, "layers.2.bias": np.array(values, "f4")} for values in ([3, 0, 0], [3, 4, 0]))
    found = measure_distance(update_of(three), update_of(four))
    assert (found.whole.norm, found.whole.other_norm, found.whole.distance) == (3, 5, 4)
    assert found.whole.relative == pytest.approx(4 / 3)
    assert found.whole.cosine == pytest.approx(9 / 15)
    assert next(iter(found.tensors)) == "layers.2.bias"
    assert found.tensors["layers.0.bias"].cosine is None


def test_what_is_zero_has_no_direction_and_nothing_is_relative_to_it():
    state = initial_state(SPEC, 1)
    zero = update_of({name: np.zeros_like(tensor) for name, tensor in state.items()})
    there, back = measure_distance(zero, update_of(state)).whole, measure_distance(update_of(state), zero).whole
    assert (there.relative, there.cosine) == (None, None)
    assert (back.relative, back.cosine) == (1, None)


def test_near_models_keep_their_small_distance():
    state = {name: tensor + np.float32(1) for name, tensor in initial_state(SPEC, 1).items()}
    moved = {**state, "layers.2.bias": np.nextafter(state["layers.2.bias"], np.float32(9))}
    apart = np.linalg.norm(moved["layers.2.bias"].astype(float) - state["layers.2.bias"])
    found = measure_distance(update_of(state), update_of(moved)).whole
    assert found.distance == pytest.approx(apart, rel=1e-12)


def test_a_cosine_is_never_rounded_beyond_one():
    found = [measure_distance(drawn(seed), drawn(seed)).whole.cosine or 0 for seed in range(100)]
    assert max(found) == 1


def test_models_of_two_architectures_have_no_distance():
    other = replace(drawn(2), layout=tensor_layout(ArchitectureSpec(2, (8, 5), 3)))
    with pytest.raises(InconsistentUpdatesError, match=r"layers\.1\.weight"):
        measure_distance(drawn(1), other)
