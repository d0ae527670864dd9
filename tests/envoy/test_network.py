"""The envoy's torch and the director's numpy are held to one contract."""

import numpy as np
import pytest
import torch

from contract.network import ArchitectureSpec, forward, initial_state, softmax, tensor_layout
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from envoy.cohort import Cohort, Split
from envoy.evaluation import evaluate
from envoy.network import RiskClassifier
from envoy.training import train

SPECS = [
    DIAGNOSIS_COUNT.architecture,
    ArchitectureSpec(7, (5,), 3),
    ArchitectureSpec(2, (), 3),
    ArchitectureSpec(4, (8, 8, 8), 2),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_network_has_the_contracts_layout(spec: ArchitectureSpec):
    ours = [(name, tuple(t.shape), str(t.dtype)) for name, t in RiskClassifier(spec).state_dict().items()]
    assert ours == [(each.name, each.shape, f"torch.{each.dtype}") for each in tensor_layout(spec)]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_torch_and_numpy_give_the_same_answers(spec: ArchitectureSpec):
    state = initial_state(spec, seed=3)
    network = RiskClassifier(spec)
    network.load(state)
    x = np.random.default_rng(1).normal(0, 3, (1000, spec.input_size))
    with torch.no_grad():
        theirs = torch.softmax(network(torch.from_numpy(x.astype(np.float32))), dim=1).numpy()
    assert np.abs(softmax(forward(spec, state, x)) - theirs).max() < 1e-6


def test_a_state_goes_into_the_network_and_comes_out_again():
    network = RiskClassifier(DIAGNOSIS_COUNT.architecture)
    network.load(DIAGNOSIS_COUNT.initial_state())
    back = network.state()
    assert all(np.array_equal(back[name], values) for name, values in DIAGNOSIS_COUNT.initial_state().items())


def cohort(counts: np.ndarray, first: int = 1) -> Cohort:
    ids = np.arange(first, first + len(counts))
    return Cohort(ids, counts[:, None].astype(float), DIAGNOSIS_COUNT.level_indices(counts.astype(float)))


def split(patients: int = 400) -> Split:
    counts = np.random.default_rng(0).integers(1, 30, patients)
    return Split(cohort(counts[50:]), cohort(counts[:50], first=10_000))


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
