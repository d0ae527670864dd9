import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import StandardScaler

from contract.scaler import ScalerState, re_express_first_layer

matrices = arrays(np.float64, st.tuples(st.integers(1, 40), st.just(3)), elements=st.floats(-1e5, 1e5, width=32))


@given(matrices)
def test_a_fitted_scaler_is_scikit_learns(x: np.ndarray):
    ours, theirs = ScalerState.fitted(x), StandardScaler().fit(x)
    assert ours.mean == pytest.approx(theirs.mean_, rel=1e-9, abs=1e-9)
    assert ours.variance == pytest.approx(theirs.var_, rel=1e-7, abs=1e-7)
    nearly_constant = theirs.var_ < 1e-9 * np.maximum(1, theirs.mean_**2)  # where rounding alone decides
    assert np.asarray(ours.scale)[~nearly_constant] == pytest.approx(theirs.scale_[~nearly_constant], rel=1e-6)


@given(st.floats(-1e5, 1e5, width=32), st.integers(1, 1000))
def test_a_constant_feature_is_divided_by_one(value: float, rows: int):
    x = np.full((rows, 1), value)
    assert ScalerState.fitted(x).scale == tuple(StandardScaler().fit(x).scale_) == (1.0,)


def test_transforming_standardises():
    x = np.random.default_rng(0).lognormal(2, 1, (500, 2))
    z = ScalerState.fitted(x).transform(x)
    assert z.mean(axis=0) == pytest.approx([0, 0], abs=1e-12)
    assert z.std(axis=0) == pytest.approx([1, 1])


def test_a_first_layer_behind_another_scaler_computes_the_same():
    draw = np.random.default_rng(1)
    x, weight, bias = draw.lognormal(2, 1, (50, 3)), draw.normal(size=(4, 3)), draw.normal(size=4)
    old, new = ScalerState.fitted(x[:20]), ScalerState.fitted(x[20:])
    moved_weight, moved_bias = re_express_first_layer(weight, bias, old, new)
    assert new.transform(x) @ moved_weight.T + moved_bias == pytest.approx(old.transform(x) @ weight.T + bias)


def test_moments_and_fit_are_one():
    x = np.array([[1.0, 10.0], [3.0, 10.0]])
    assert ScalerState.fitted(x) == ScalerState.from_moments(2, (2.0, 10.0), (2.0, 0.0))
    assert ScalerState.fitted(x).m2 == (2.0, 0.0)
