"""The readers of ``model.pt`` and ``scaler.pkl`` under attack.

What is taken is opened with torch or joblib too, which must see the same: only after it was taken, so that nothing
hostile is ever opened with them.
"""

import io
import warnings

import joblib
import numpy as np
import torch
from sklearn.preprocessing import StandardScaler

from contract.artifacts.model_file import locate_tensors, read_model, write_model
from contract.artifacts.scaler_file import read_scaler_file, write_scaler
from contract.errors import ModelFileError, ScalerFileError
from fuzz.artifact_mutations import mutate_model, mutate_scaler
from fuzz.artifact_seeds import hostile_models, hostile_scalers, real_models, real_scalers
from fuzz.hostile import models, scalers
from fuzz.target import Target, is_refused, within_bounds


def check_model(data: bytes) -> bool:
    """Read a model; what is taken is what torch sees, and survives being written."""
    try:
        with within_bounds(data):
            located = locate_tensors(data, models.LAYOUT)
            read = read_model(data, models.LAYOUT)
    except ModelFileError as error:
        return is_refused(error)
    assert [location.spec.name for location in located] == list(read)
    loaded = torch.load(io.BytesIO(data), weights_only=True, map_location="cpu")
    assert loaded.keys() == read.keys()
    assert all(np.array_equal(loaded[name].detach().numpy(), tensor) for name, tensor in read.items())
    written = write_model(read, models.LAYOUT)
    again = read_model(written, models.LAYOUT)
    assert all(np.array_equal(again[name], tensor) for name, tensor in read.items())
    assert write_model(again, models.LAYOUT) == written
    return True


def check_scaler(data: bytes) -> bool:
    """Read a scaler; what is taken is what joblib sees, transforms to finite numbers, and survives writing."""
    try:
        with within_bounds(data):
            file = read_scaler_file(data, scalers.FEATURES)
    except ScalerFileError as error:
        return is_refused(error)
    state = file.state
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # another version's scaler
        loaded = joblib.load(io.BytesIO(data))
    assert type(loaded) is StandardScaler
    assert vars(loaded).keys() - {"feature_names_in_", "_sklearn_output_config"} == vars(scalers.fitted()).keys()
    assert vars(loaded).get("_sklearn_output_config", {}).keys() <= {"transform"}
    assert (state.mean, state.variance) == (tuple(loaded.mean_), tuple(loaded.var_))
    assert state.scale == tuple(loaded.scale_)
    assert np.all(state.num_examples == loaded.n_samples_seen_)
    assert file.feature_names is None or file.feature_names == tuple(loaded.feature_names_in_)
    assert np.isfinite(state.transform(np.full((2, scalers.FEATURES), 1e6))).all()
    assert read_scaler_file(write_scaler(state), scalers.FEATURES).state == state
    return True


TARGETS = {
    "model": Target(check_model, mutate_model, real_models, hostile_models),
    "scaler": Target(check_scaler, mutate_scaler, real_scalers, hostile_scalers),
}
