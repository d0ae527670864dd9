"""Training: it learns, says so, and repeats itself."""

import numpy as np
import pytest

from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from envoy.evaluation import evaluate
from envoy.training import train
from tests.envoy.patients import split


def test_training_learns_and_says_so_in_its_log():
    data = split()
    scaler = ScalerState.fitted(data.training.features)
    start = DIAGNOSIS_COUNT.initial_state()
    trained = train(DIAGNOSIS_COUNT, start, scaler, data, seed=0)
    before, after = (evaluate(DIAGNOSIS_COUNT, state, scaler, data.held_out).loss for state in (start, trained.state))
    assert before is not None
    assert after is not None
    assert after < 0.8 * before
    assert [line["epoch"] for line in trained.log] == [1, 2]
    said = trained.log[-1]["validation"]
    assert isinstance(said, dict)
    assert said["loss"] == pytest.approx(after)


def test_training_repeats_itself_for_a_seed_and_a_start():
    data = split()
    scaler = ScalerState.fitted(data.training.features)
    start = DIAGNOSIS_COUNT.initial_state()
    first, again, other = (train(DIAGNOSIS_COUNT, start, scaler, data, seed).state for seed in (1, 1, 2))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert any(not np.array_equal(first[name], other[name]) for name in first)
