"""Scores on held-out patients are those of their definitions, and null where nobody can be scored."""

from dataclasses import replace

import numpy as np
import pytest

from contract.metrics import require_metrics
from contract.network import ArchitectureSpec, forward, sigmoid
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT, Outcome
from envoy.cohort import Cohort
from envoy.evaluation import BinaryEvaluation, evaluate, leaving
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


BINARY = replace(DIAGNOSIS_COUNT, outcome=Outcome("binary", "x"), architecture=ArchitectureSpec(1, (), 1))


@pytest.mark.parametrize("seed", range(20))
def test_the_figures_of_a_binary_outcome_are_those_of_scikit_learn(seed: int):
    from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

    draw = np.random.default_rng(seed)
    outcomes = draw.permutation([0] * 11 + [1] * 11 + draw.integers(0, 2, seed).tolist())
    logits = draw.choice([-9.0, -1.5, -0.25, 0.0, 0.25, 2.0, 9.0], len(outcomes))  # many are equal
    found = BinaryEvaluation(outcomes, logits).metrics
    probabilities = sigmoid(logits)
    assert found["auroc"] == round(roc_auc_score(outcomes, logits), 3)
    assert found["auprc"] == pytest.approx(average_precision_score(outcomes, logits), abs=6e-4)
    assert found["brier"] == pytest.approx(brier_score_loss(outcomes, probabilities), abs=6e-4)
    assert found["loss"] == pytest.approx(log_loss(outcomes, probabilities), abs=6e-4)
    assert found["calibration_in_the_large"] == pytest.approx(probabilities.mean() - outcomes.mean(), abs=6e-4)
    require_metrics(found)


@pytest.mark.parametrize(("events", "others"), [(10, 500), (500, 10), (0, 100), (0, 0)])
def test_with_fewer_than_eleven_of_either_nothing_is_said(events: int, others: int):
    outcomes = np.repeat([1, 0], [events, others])
    found = BinaryEvaluation(outcomes, np.zeros(len(outcomes)))
    assert set(found.metrics.values()) == {None}
    assert (found.loss is None) == (not len(outcomes))


def test_a_model_of_a_binary_outcome_is_held_against_what_happened():
    patients = Cohort(np.arange(4), np.array([[0.0], [1], [2], [3]]), np.array([0, 0, 1, 1]))
    state = {"layers.0.weight": np.array([[2.0]], np.float32), "layers.0.bias": np.array([-3.0], np.float32)}
    found = evaluate(BINARY, state, ScalerState(1, (0.0,), (1.0,), (1.0,)), patients)
    assert isinstance(found, BinaryEvaluation)
    assert found.logits.tolist() == [-3, -1, 1, 3]
    assert (found.accuracy, found.rows) == (1.0, 4)
    assert found.loss == pytest.approx((np.log1p(np.exp(-1)) + np.log1p(np.exp(-3))) / 2)


def test_counts_cell_by_cell_stay_at_the_hospital():
    assert leaving({"accuracy": 0.5, "confusion": [[1]]}) == {"accuracy": 0.5}
