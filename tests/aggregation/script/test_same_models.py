"""A model that stands in two folders, as it is or behind another scaler, is found; models that differ are not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation.__main__ import main
from aggregation.sameness import are_same
from aggregation.updates import ModelUpdate, TensorsInMemory
from contract.artifacts.model_file import write_model
from contract.names import Digest
from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from tests.hospital_folders import OTHER_SCALER, SCALER, START, behind_other, contents, model_of, write_folder

means = st.floats(-1e4, 1e4)
variances = st.floats(1e-3, 1e6)
scalers = st.builds(lambda mean, variance: ScalerState.from_moments(100, (mean,), (100 * variance,)), means, variances)


def update_of(state: State, scaler: ScalerState) -> ModelUpdate:
    layout = DIAGNOSIS_COUNT.layout
    return ModelUpdate(Digest.of(write_model(state, layout)), 1, scaler, layout, TensorsInMemory(state))


@given(old=scalers, new=scalers, target=scalers)
def test_one_function_behind_any_two_scalers_is_the_same(old: ScalerState, new: ScalerState, target: ScalerState):
    one, copy = update_of(START, old), update_of(behind_other(START, old, new), new)
    assert are_same(one, copy, target)
    assert are_same(copy, one, target)


@pytest.mark.parametrize("tensor", [tensor.name for tensor in DIAGNOSIS_COUNT.layout])
def test_a_model_that_differs_in_one_number_is_another(tensor: str):
    state = {**START, tensor: START[tensor].copy()}
    state[tensor].flat[0] += np.float32(0.001)
    assert not are_same(update_of(START, SCALER), update_of(state, SCALER), OTHER_SCALER)


def test_one_file_behind_two_scalers_is_one_model():
    one = update_of(START, SCALER)
    assert are_same(one, replace(one, scaler=OTHER_SCALER), SCALER)


@pytest.mark.parametrize("scaler", [SCALER, OTHER_SCALER], ids=["the same file", "behind another scaler"])
def test_two_hospitals_with_one_model_are_refused_by_name(scaler: ScalerState, tmp_path: Path, capsys):
    model = model_of((1, 2, 3))
    copied = model if scaler == SCALER else behind_other(model)
    given = [
        str(write_folder(tmp_path / "KUTRRH", model, 240)),
        str(write_folder(tmp_path / "KNH", model_of((1, 2, 4)), 100)),
        str(write_folder(tmp_path / "MTRH", copied, 180, scaler)),
    ]
    assert main([*given, "--out", str(tmp_path / "out")]) == 4
    error, hint = capsys.readouterr().err.splitlines()
    assert error == "error: KUTRRH and MTRH hold the same model, which would count twice."
    assert "Leave one of them out" in hint
    assert contents(tmp_path / "out") == {}
