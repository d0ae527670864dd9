import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import StandardScaler

from aggregation.errors import NoUpdatesError
from aggregation.scaling import behind, merge_scalers
from aggregation.strategy import aggregate, strategy_named
from aggregation.updates import ModelUpdate, TensorsInMemory
from contract.names import Digest
from contract.network import ArchitectureSpec, forward, initial_state, softmax, tensor_layout
from contract.scaler import ScalerState

SPEC = ArchitectureSpec(2, (32, 16), 3)
LAYOUT = tensor_layout(SPEC)
columns = arrays(np.float64, st.tuples(st.integers(1, 60), st.just(2)), elements=st.floats(-1e4, 1e4, width=32))


def counts(seed: int, rows: int = 500) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.round(random.lognormal([2.0 + seed / 4, 1.0], [0.7, 0.5], (rows, 2)))


@settings(max_examples=60, deadline=None)
@given(parts=st.lists(columns, min_size=1, max_size=6))
def test_the_merged_scaler_is_that_of_all_rows_together(parts: list[np.ndarray]):
    merged = merge_scalers([ScalerState.fitted(part) for part in parts])
    everything = StandardScaler().fit(np.concatenate(parts))
    assert merged.num_examples == everything.n_samples_seen_
    assert merged.mean == pytest.approx(everything.mean_, rel=1e-9, abs=1e-9)
    assert merged.variance == pytest.approx(everything.var_, rel=1e-9, abs=1e-6)


def test_the_merge_is_exact_to_one_part_in_a_billion_on_skewed_counts():
    parts = [counts(seed) for seed in range(5)]
    merged, everything = merge_scalers([ScalerState.fitted(p) for p in parts]), np.concatenate(parts)
    assert merged.mean == pytest.approx(everything.mean(axis=0), rel=1e-9)
    assert merged.scale == pytest.approx(everything.std(axis=0), rel=1e-9)


def test_the_merge_is_the_same_for_every_order():
    scalers = [ScalerState.fitted(counts(seed, 20 + seed)) for seed in range(5)]
    assert len({merge_scalers(order) for order in itertools.permutations(scalers)}) == 1


def test_a_constant_feature_is_divided_by_one():
    merged = merge_scalers([ScalerState.fitted(np.full((5, 1), 7.0)), ScalerState.fitted(np.full((9, 1), 7.0))])
    assert merged.scale == (1.0,)


def test_no_scalers_are_refused():
    with pytest.raises(NoUpdatesError):
        merge_scalers([])


def as_update(seed: int, scaler: ScalerState, num_examples: int = 10) -> ModelUpdate:
    state = initial_state(SPEC, seed)
    return ModelUpdate(Digest.of(str(seed).encode()), num_examples, scaler, LAYOUT, TensorsInMemory(state))


def read_whole(update: ModelUpdate) -> dict[str, np.ndarray]:
    return {t.name: np.array(update.tensors.read(t, 0, t.size)).reshape(t.shape) for t in LAYOUT}


@pytest.mark.parametrize("seed", range(5))
def test_a_re_expressed_model_answers_as_before(seed: int):
    own, merged = ScalerState.fitted(counts(seed)), ScalerState.fitted(np.concatenate([counts(7), counts(8)]))
    before = as_update(seed, own)
    after = behind(before, merged)
    x = counts(seed + 20)
    answers = [softmax(forward(SPEC, read_whole(each), each.scaler.transform(x))) for each in (before, after)]
    assert np.abs(answers[0] - answers[1]).max() < 1e-6


def test_the_base_moves_with_its_update():
    own, merged = ScalerState.fitted(counts(1)), ScalerState.fitted(counts(2))
    start = as_update(8, own)
    moved = behind(replace(as_update(1, own), base=start.tensors), merged)
    assert moved.base is not None
    base = {t.name: np.array(moved.base.read(t, 0, t.size)).reshape(t.shape) for t in LAYOUT}
    expected = read_whole(behind(start, merged))
    assert all(np.array_equal(base[name], expected[name]) for name in base)
    assert behind(as_update(1, own), merged).base is None


def test_re_expression_reads_the_same_whatever_the_stretch():
    update = behind(as_update(3, ScalerState.fitted(counts(1))), ScalerState.fitted(counts(2)))
    whole = read_whole(update)
    for tensor in LAYOUT:
        pieces = [np.array(update.tensors.read(tensor, i, i + 1)) for i in range(tensor.size)]
        assert np.array_equal(np.concatenate(pieces).reshape(tensor.shape), whole[tensor.name])


def test_a_model_that_stands_there_already_is_left_alone():
    scaler = ScalerState.fitted(counts(1))
    update = as_update(1, scaler)
    assert behind(update, scaler) is update


def test_the_function_of_the_average_does_not_depend_on_the_scaler_chosen():
    scalers = [ScalerState.fitted(counts(seed)) for seed in range(3)]
    updates = [as_update(seed, scaler, 10 + seed) for seed, scaler in enumerate(scalers)]
    x = counts(9)
    answers = [
        softmax(forward(SPEC, aggregate(updates, strategy_named("fedavg", {}), target).state, target.transform(x)))
        for target in (merge_scalers(scalers), scalers[0])
    ]
    assert np.abs(answers[0] - answers[1]).max() < 1e-5
