"""``scaler.pkl``: what joblib writes is taken, what is written joblib takes, and both see the same numbers."""

import hashlib
import io
import warnings
from collections.abc import Callable
from functools import partial

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from contract.artifacts.scaler_file import (
    SKLEARN_VERSION,
    read_scaler,
    read_scaler_file,
    read_scaler_for,
    write_scaler,
)
from contract.errors import ScalerFileError
from contract.scaler import ScalerState
from fuzz.hostile import opcodes, scalers
from fuzz.hostile.scalers import FEATURES

ROWS = np.random.default_rng(5).normal(10, 4, size=(40, FEATURES))
WITH_CONSTANT = np.column_stack([ROWS[:, :2], np.full(40, 7.0)])


def table(rows: np.ndarray, *names: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(names))


def partially_fitted() -> StandardScaler:
    return StandardScaler().partial_fit(ROWS).partial_fit(ROWS[:10])


def with_rows_as(count: object) -> StandardScaler:
    scaler = StandardScaler().fit(ROWS)
    scaler.n_samples_seen_ = count
    return scaler


def with_output_as(form: str | None) -> StandardScaler:
    return StandardScaler().set_output(transform=form).fit(ROWS)


BENIGN: dict[str, Callable[[], StandardScaler]] = {
    "an array": lambda: StandardScaler().fit(ROWS),
    "a table with names": lambda: StandardScaler().fit(table(ROWS, "age", "weight", "größe (cm)")),
    "a constant feature": lambda: StandardScaler().fit(WITH_CONSTANT),
    "a nearly constant feature": lambda: StandardScaler().fit(np.column_stack([ROWS[:, :2], 1e9 + ROWS[:, 2] * 1e-9])),
    "a single row": lambda: StandardScaler().fit(ROWS[:1]),
    "float32": lambda: StandardScaler().fit(ROWS.astype(np.float32)),
    "integers": lambda: StandardScaler().fit(ROWS.astype(int)),
    "a row of missing values": lambda: StandardScaler().fit(np.vstack([ROWS, np.full(FEATURES, np.nan)])),
    "weights of 1": lambda: StandardScaler().fit(ROWS, sample_weight=np.ones(40)),
    "several batches": partially_fitted,
    "copy=False": lambda: StandardScaler(copy=False).fit(ROWS.copy()),
    "n_samples_seen_ as int": lambda: with_rows_as(40),
    "n_samples_seen_ as int64": lambda: with_rows_as(np.int64(40)),
    "n_samples_seen_ as int32": lambda: with_rows_as(np.int32(40)),
    "n_samples_seen_ as float64": lambda: with_rows_as(np.float64(40)),
    "n_samples_seen_ as one number in an array": lambda: with_rows_as(np.array([40])),
    "n_samples_seen_ as a number for each feature": lambda: with_rows_as(np.array([40, 40, 40])),
    "n_samples_seen_ as a float for each feature": lambda: with_rows_as(np.array([40.0, 40.0, 40.0])),
    **{f"set_output({form!r})": partial(with_output_as, form) for form in ("pandas", "polars", "default", None)},
    "a scaler that was read before": lambda: joblib.load(io.BytesIO(scalers.dumped(StandardScaler().fit(ROWS)))),
}
WAYS_TO_DUMP = {
    "plain": {},
    "protocol 5": {"protocol": 5},
    **{kind: {"compress": (kind, 9)} for kind in scalers.COMPRESSIONS},
    "compress=True": {"compress": True},
}


def agrees(read: ScalerState, scaler: StandardScaler) -> bool:
    return (
        read.mean == tuple(scaler.mean_)
        and read.variance == tuple(scaler.var_)
        and read.scale == tuple(scaler.scale_)
        and bool(np.all(read.num_examples == scaler.n_samples_seen_))
    )


@pytest.mark.parametrize("make", BENIGN.values(), ids=BENIGN)
def test_a_benign_scaler_is_read_exactly(make: Callable[[], StandardScaler]) -> None:
    scaler = make()

    assert agrees(read_scaler(scalers.dumped(scaler), FEATURES), scaler)


@pytest.mark.parametrize("options", WAYS_TO_DUMP.values(), ids=WAYS_TO_DUMP)
@pytest.mark.parametrize("names", [None, ("a", "b", "c")], ids=["without names", "with names"])
def test_every_way_of_dumping_is_read(options: dict[str, object], names: tuple[str, ...] | None) -> None:
    scaler = StandardScaler().fit(ROWS if names is None else table(ROWS, *names))

    read = read_scaler_file(scalers.dumped(scaler, **options), FEATURES)

    assert agrees(read.state, scaler)
    assert read.feature_names == names


@pytest.mark.parametrize("features", [1, 2, 255, 256, 257, 3000])
def test_scalers_of_any_width_are_read(features: int) -> None:
    rows = np.random.default_rng(1).normal(size=(5, features))
    names = tuple(f"feature {n}" for n in range(features))
    scaler = StandardScaler().fit(table(rows, *names))

    read = read_scaler_file(scalers.dumped(scaler), features)

    assert agrees(read.state, scaler)
    assert read.feature_names == names


def test_the_version_is_reported_and_not_refused() -> None:
    assert (
        read_scaler_file(scalers.scaler_file(_sklearn_version=opcodes.text("0.99.dev1")), FEATURES).sklearn_version
        == "0.99.dev1"
    )
    assert read_scaler_file(scalers.scaler_file(_sklearn_version=None), FEATURES).sklearn_version is None


def test_one_feature_is_not_the_same_as_true() -> None:
    scaler = StandardScaler().fit(ROWS[:, :1])
    scaler.n_features_in_ = True

    with pytest.raises(ScalerFileError, match="an unknown number of features"):
        read_scaler(scalers.dumped(scaler), 1)


def test_any_buffer_is_read() -> None:
    data = scalers.dumped(StandardScaler().fit(ROWS))

    assert read_scaler(memoryview(b"x" + data)[1:], FEATURES) == read_scaler(bytearray(data), FEATURES)


@pytest.mark.parametrize(
    "rows", [ROWS, WITH_CONSTANT, ROWS * 1e-9, ROWS * 1e12], ids=["plain", "constant", "tiny", "huge"]
)
def test_what_is_written_transforms_as_the_original(rows: np.ndarray) -> None:
    original = StandardScaler().fit(rows)
    written = write_scaler(read_scaler(scalers.dumped(original), FEATURES))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of another version
        loaded = joblib.load(io.BytesIO(written))

    assert type(loaded) is StandardScaler
    assert np.array_equal(loaded.transform(rows), original.transform(rows))
    assert np.array_equal(loaded.inverse_transform(rows), original.inverse_transform(rows))
    assert loaded.get_params() == original.get_params()
    assert (loaded.n_features_in_, loaded.n_samples_seen_) == (FEATURES, 40)


def test_what_is_written_can_be_fitted_on() -> None:
    """scikit-learn before 1.8 takes a plain int there too, later ones want a number of numpy's."""
    first, rest = ROWS[:25], ROWS[25:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of another version
        loaded = joblib.load(io.BytesIO(write_scaler(ScalerState.fitted(first))))

    loaded.partial_fit(rest)

    whole = StandardScaler().fit(ROWS)
    assert loaded.n_samples_seen_ == 40
    assert np.allclose(loaded.mean_, whole.mean_, rtol=1e-12)
    assert np.allclose(loaded.scale_, whole.scale_, rtol=1e-12)


def test_a_scaler_of_our_own_fit_opens_as_scikit_learns() -> None:
    own = ScalerState.fitted(WITH_CONSTANT)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded = joblib.load(io.BytesIO(write_scaler(own)))

    assert np.array_equal(loaded.transform(ROWS), own.transform(ROWS))


@given(st.integers(1, 30), st.integers(1, 50), st.floats(-1e12, 1e12), st.floats(1e-12, 1e12), st.integers(0, 2**32))
def test_what_is_written_is_read_back(features: int, rows: int, middle: float, spread: float, seed: int) -> None:
    values = np.random.default_rng(seed).normal(middle, spread, size=(rows, features))
    scaler = ScalerState.fitted(values)

    written = write_scaler(scaler)

    assert read_scaler(written, features) == scaler
    assert read_scaler_file(written, features).sklearn_version == SKLEARN_VERSION


def test_the_written_bytes_never_change() -> None:
    """A digest is a scaler's name: another way of writing the same numbers would rename every scaler."""
    written = write_scaler(ScalerState(20, (1.0, -2.0), (4.0, 0.0), (2.0, 1.0)))

    assert hashlib.sha256(written).hexdigest() == "4d35d2eb49d23a9384f234ea80df3a74935fc5796c9b5c062eb560a2a276b8f9"


@pytest.mark.parametrize(
    "scaler",
    [
        ScalerState(0, (1.0,), (4.0,), (2.0,)),
        ScalerState(20, (1.0,), (4.0,), (3.0,)),
        ScalerState(20, (float("nan"),), (4.0,), (2.0,)),
        ScalerState(20, (1.0, 2.0), (4.0,), (2.0,)),
    ],
    ids=["no rows", "another scale", "a mean of NaN", "fewer variances"],
)
def test_a_scaler_that_would_be_refused_is_not_written(scaler: ScalerState) -> None:
    with pytest.raises(ScalerFileError):
        write_scaler(scaler)


def named(*names: str) -> bytes:
    return scalers.dumped(StandardScaler().set_output(transform="pandas").fit(table(ROWS, *names)))


@pytest.mark.parametrize(
    ("fitted", "due", "says"),
    [
        (("a", "b", "x"), ("a", "b", "c"), "it was fitted to (a, b, x), the task's features are (a, b, c), in this"),
        (("b", "a", "c"), ("a", "b", "c"), "(b, a, c), the task's features are (a, b, c), in this order: the same in"),
    ],
)
def test_names_are_the_tasks_in_their_order_or_both_are_named(fitted, due, says: str) -> None:
    assert read_scaler_for(named(*due), due).num_examples == 40
    with pytest.raises(ScalerFileError) as refused:
        read_scaler_for(named(*fitted), due)
    assert says in refused.value.sentence


def test_names_that_differ_beyond_those_shown_are_named_by_their_place() -> None:
    names = [f"f{n}" for n in range(8)]
    rows = np.random.default_rng(5).normal(10, 4, size=(40, 8))
    scaler = scalers.dumped(StandardScaler().fit(table(rows, *names[:6], "other", names[7])))
    with pytest.raises(ScalerFileError, match=r"column 7 is \(other\) and not \(f6\)"):
        read_scaler_for(scaler, names)


def test_a_scaler_without_names_is_of_any_columns() -> None:
    assert read_scaler_for(scalers.dumped(StandardScaler().fit(ROWS)), ("x", "y", "z")).num_examples == 40
