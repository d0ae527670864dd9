"""Scores on held-out patients are those of their definitions, and null where nobody can be scored."""

import numpy as np
import pytest

from contract.network import forward
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from envoy.evaluation import evaluate
from envoy.training import train
from tests.envoy.patients import cohort, split


def test_a_level_without_patients_has_no_score_and_never_zero():
    low_only = cohort(np.array([1, 2, 3, 4]))
    scaler = ScalerState.fitted(low_only.features)
    metrics = evaluate(DIAGNOSIS_COUNT, DIAGNOSIS_COUNT.initial_state(), scaler, low_only).metrics
    assert metrics["f1_medium"] is None
    assert metrics["f1_high"] is None
    assert metrics["f1_low"] is not None
    assert metrics["macro_f1"] == metrics["f1_low"]


def test_nobody_held_out_means_no_metrics():
    empty = cohort(np.array([], int))
    metrics = evaluate(
        DIAGNOSIS_COUNT, DIAGNOSIS_COUNT.initial_state(), ScalerState(1, (0.0,), (1.0,), (1.0,)), empty
    ).metrics
    assert (metrics["accuracy"], metrics["macro_f1"], metrics["loss"]) == (None, None, None)


def test_the_scores_are_those_of_their_definitions():
    from sklearn.metrics import accuracy_score, confusion_matrix, f1_score

    data = split()
    scaler = ScalerState.fitted(data.training.features)
    state = train(DIAGNOSIS_COUNT, DIAGNOSIS_COUNT.initial_state(), scaler, data, 0).state
    metrics = evaluate(DIAGNOSIS_COUNT, state, scaler, data.held_out).metrics
    x = scaler.transform(data.held_out.features)
    predicted = forward(DIAGNOSIS_COUNT.architecture, state, x).argmax(axis=1)
    actual = data.held_out.labels
    assert metrics["accuracy"] == pytest.approx(accuracy_score(actual, predicted))
    assert metrics["macro_f1"] == pytest.approx(f1_score(actual, predicted, average="macro"))
    assert metrics["confusion"] == confusion_matrix(actual, predicted, labels=[0, 1, 2]).tolist()
