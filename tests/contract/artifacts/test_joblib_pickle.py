"""Attributes of a pickled ``StandardScaler`` as symbols. What is refused is in ``fuzz.hostile.joblib_cases``."""

import io
import warnings

import joblib
import numpy as np
import pytest

from contract.artifacts.bounded_stream import PickleRefused
from contract.artifacts.joblib_pickle import Array, Int64, read_attributes, write_attributes
from fuzz.hostile import scalers
from fuzz.hostile.scalers import FEATURES

WRITTEN = {"with_mean": True, "n": 3, "seen": Int64(-(2**40)), "version": "1.9", "mean_": Array("f8", (1.0, -0.5))}


def test_what_joblib_writes_is_read_as_plain_values_and_arrays() -> None:
    scaler = scalers.fitted()

    read = read_attributes(scalers.dumped(scaler), FEATURES)

    assert read.keys() == {*vars(scaler), "_sklearn_version"}
    assert read["mean_"] == Array("f8", tuple(scaler.mean_))
    assert (read["with_mean"], read["n_features_in_"], read["n_samples_seen_"]) == (True, FEATURES, 20)


def test_what_is_written_is_read_back_and_means_the_same_to_joblib() -> None:
    written = write_attributes(WRITTEN)

    assert read_attributes(written, 2) == {**WRITTEN, "seen": -(2**40)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of another version
        loaded = vars(joblib.load(io.BytesIO(written)))
    assert (loaded["with_mean"], loaded["n"], loaded["version"]) == (True, 3, "1.9")
    assert (loaded["seen"], type(loaded["seen"])) == (-(2**40), np.int64)
    assert loaded["mean_"].tolist() == [1.0, -0.5]


def test_an_array_longer_than_the_features_is_refused() -> None:
    with pytest.raises(PickleRefused, match="not one row"):
        read_attributes(write_attributes(WRITTEN), 1)


def test_names_are_read_from_their_own_pickle() -> None:
    data = scalers.scaler_file(feature_names_in_=scalers.names_array(scalers.names_pickle()))

    assert read_attributes(data, FEATURES)["feature_names_in_"] == Array("O8", ("feature 0", "feature 1", "feature 2"))
