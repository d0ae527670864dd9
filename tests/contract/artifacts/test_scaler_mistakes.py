"""What people save in the place of a StandardScaler is named, each with how to save that."""

import pickle
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import sklearn
from hypothesis import given
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

from contract.artifacts.scaler_file import read_scaler
from contract.artifacts.scaler_mistakes import mistake_in
from contract.errors import ScalerFileError
from fuzz.hostile import models, scalers
from fuzz.hostile.scalers import FEATURES

ROWS = np.random.default_rng(5).normal(10, 4, size=(40, FEATURES))
DUMP = "joblib.dump(scaler, 'scaler.pkl')"
FITTED = scalers.fitted()


def asking_for_metadata() -> bytes:
    with sklearn.config_context(enable_metadata_routing=True):
        return scalers.dumped(StandardScaler().set_fit_request(sample_weight=True).fit(ROWS))


def of_a_table() -> bytes:
    table = pd.DataFrame(ROWS, columns=["a", "b", "c"])
    return scalers.dumped(ColumnTransformer([("scaler", StandardScaler(), ["a", "b", "c"])]).fit(table))


MISTAKES: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "MinMaxScaler": (lambda: scalers.dumped(MinMaxScaler().fit(ROWS)), "it is a MinMaxScaler (", DUMP),
    "RobustScaler": (lambda: scalers.dumped(RobustScaler().fit(ROWS)), "it is a RobustScaler (", DUMP),
    "MaxAbsScaler": (lambda: scalers.dumped(MaxAbsScaler().fit(ROWS)), "it is a MaxAbsScaler (", DUMP),
    "protocol 2 of a MinMaxScaler": (lambda: pickle.dumps(MinMaxScaler().fit(ROWS), 2), "it is a MinMaxScaler (", DUMP),
    "a pipeline": (lambda: scalers.dumped(make_pipeline(SimpleImputer(), StandardScaler()).fit(ROWS)),
                   "it is a Pipeline (", "pipeline.named_steps['standardscaler']"),
    "a transformer of columns": (of_a_table, "it is a ColumnTransformer (", "named_transformers_"),
    "pickle": (lambda: pickle.dumps(FITTED), "it was saved with pickle, not with joblib", DUMP),
    "pickle of protocol 5": (lambda: pickle.dumps(FITTED, 5), "it was saved with pickle, not with joblib", DUMP),
    "an older protocol": (lambda: scalers.dumped(FITTED, protocol=2), "saved with protocol 2 of pickle", DUMP),
    "requests": (asking_for_metadata, "it holds requests for metadata", "set_fit_request"),
    "a list": (lambda: scalers.dumped([FITTED]), "something else than a StandardScaler: a list", DUMP),
    "a dictionary": (lambda: scalers.dumped({"mean": 1.5}), "something else than a StandardScaler: a dictionary", DUMP),
    "the model": (lambda: models.saved(models.network_state()), "it is a ZIP archive", DUMP),
    "a web page": (lambda: b"<html>", "it is a web page", DUMP),
    "JSON": (lambda: b'{"mean": [1.5]}', "it is JSON", DUMP),
}  # fmt: skip


@pytest.mark.parametrize(("make", "says", "hint"), MISTAKES.values(), ids=MISTAKES)
def test_what_was_saved_is_named_with_its_remedy(make: Callable[[], bytes], says: str, hint: str):
    with pytest.raises(ScalerFileError) as refused:
        read_scaler(make(), FEATURES)
    assert says in refused.value.sentence
    assert hint in refused.value.hint


def test_a_scaler_of_more_features_says_how_many():
    with pytest.raises(ScalerFileError, match="as the task has features: 5 elements, 3 features"):
        read_scaler(scalers.dumped(StandardScaler().fit(np.eye(5))), FEATURES)


@given(st.binary(max_size=300))
def test_any_bytes_are_looked_at_without_harm(data: bytes):
    for stream in (data, b"\x80\x04" + data, b"\x80\x04\x8c\x07sklearn\x94\x8c\x01S\x94\x93" + data):
        found = mistake_in(stream)
        assert found is None or all(found)
