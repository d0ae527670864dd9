"""Training: it learns, says so, and repeats itself bit for bit, in any process."""

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.artifacts.training_log import TrainingLog, read_training_log
from contract.names import EnvoyName
from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT, Shares, Task
from contract.tasks.task_file import read_task_file
from envoy.cohort import Cohort, Split, split_by_shares
from envoy.evaluation import evaluate
from envoy.training import TrainedModel, order_of_cycle, order_of_round, train
from tests.contract.tasks.task_files import HEART
from tests.envoy.patients import split

DATA = split()
SCALER = ScalerState.fitted(DATA.training.features)
START = DIAGNOSIS_COUNT.initial_state()
KNH, MTRH = EnvoyName("KNH"), EnvoyName("MTRH")


def digest_of(state: State) -> str:
    return hashlib.sha256(b"".join(state[name].tobytes() for name in sorted(state))).hexdigest()


def test_training_learns_and_says_so_in_its_log():
    trained = train(DIAGNOSIS_COUNT, START, SCALER, DATA, 7)
    before, after = (evaluate(DIAGNOSIS_COUNT, state, SCALER, DATA.held_out).loss for state in (START, trained.state))
    assert before is not None
    assert after is not None
    assert after < 0.8 * before
    assert [list(line) for line in trained.log[1:]] == [["epoch", "loss", "validation", "seed"]] * 2
    assert [(line["epoch"], line["seed"]) for line in trained.log] == [(0, 7), (1, 7), (2, 7)]
    said = trained.log[-1]["validation"]
    assert isinstance(said, dict)
    assert said["loss"] == pytest.approx(after)


def test_the_log_begins_with_how_the_start_does_on_the_same_patients_and_any_director_takes_it():
    trained = train(DIAGNOSIS_COUNT, START, SCALER, DATA, 7)
    start = evaluate(DIAGNOSIS_COUNT, START, SCALER, DATA.held_out).metrics
    assert trained.log[0] == {"epoch": 0, "validation": start, "seed": 7}
    written = b"".join(json.dumps(line).encode() + b"\n" for line in trained.log)
    assert read_training_log(written) == TrainingLog(3, written, ())


def test_the_log_names_the_seed_that_the_order_was_made_from():
    order = order_of_cycle(3, START)
    assert {line["seed"] for line in train(DIAGNOSIS_COUNT, START, SCALER, DATA, order, seed=3).log} == {3}


def test_training_repeats_itself_for_an_order():
    first, again, other = (train(DIAGNOSIS_COUNT, START, SCALER, DATA, order).state for order in (1, 1, 2))
    assert digest_of(first) == digest_of(again)
    assert digest_of(first) != digest_of(other)


def test_a_plain_cycle_trains_as_it_always_did():
    assert order_of_cycle(0, START) == 61_202_912_109_114_245
    assert order_of_cycle(0, START) != order_of_cycle(1, START)
    assert order_of_cycle(0, START) != order_of_cycle(0, {**START, "layers.0.bias": START["layers.0.bias"] + 1})


def test_what_decides_a_rounds_order_is_seed_task_round_and_hospital_and_nothing_else():
    moved = replace(DIAGNOSIS_COUNT, cut_points=(6.0, 15.0))
    orders = [
        order_of_round(seed, task, number, envoy)
        for seed in (0, 1)
        for task in (DIAGNOSIS_COUNT, moved)
        for number in (1, 2, 11)
        for envoy in (KNH, MTRH)
    ]
    assert len(set(orders)) == len(orders)
    assert order_of_round(0, DIAGNOSIS_COUNT, 1, KNH) == order_of_round(0, DIAGNOSIS_COUNT, 1, EnvoyName("knh"))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**63 - 1), st.integers(1, 10_000))
def test_an_order_is_a_seed_that_torch_and_the_log_take(seed: int, number: int):
    assert 0 <= order_of_round(seed, DIAGNOSIS_COUNT, number, KNH) < 2**56


def test_without_validation_the_state_is_the_same_and_the_log_holds_none():
    watched, unwatched = (train(DIAGNOSIS_COUNT, START, SCALER, DATA, 1, validates=each) for each in (True, False))
    assert digest_of(watched.state) == digest_of(unwatched.state)
    assert [set(line) for line in unwatched.log] == [{"epoch", "loss", "seed"}] * 2


def distance(one: State, other: State) -> float:
    return float(np.sqrt(sum(np.square(one[name].astype(np.float64) - other[name]).sum() for name in one)))


def test_the_proximal_term_holds_the_model_near_its_start():
    gone = [distance(train(DIAGNOSIS_COUNT, START, SCALER, DATA, 1, proximal=mu).state, START) for mu in (0, 1, 100)]
    assert gone[0] > gone[1] > gone[2] > 0


def test_a_proximal_weight_of_zero_changes_no_bit():
    plain = train(DIAGNOSIS_COUNT, START, SCALER, DATA, 1)
    assert digest_of(train(DIAGNOSIS_COUNT, START, SCALER, DATA, 1, proximal=0.0).state) == digest_of(plain.state)


def test_the_proximal_term_is_the_loss_of_its_paper():
    """One step of one batch against the gradient of loss + (μ/2)·‖w - start‖² written out, from a start moved aside."""
    import torch

    from envoy.network import RiskClassifier
    from envoy.training import _pull_back

    network = RiskClassifier(DIAGNOSIS_COUNT.architecture)
    starts = [weights.detach() + 0.25 for weights in network.parameters()]
    x, y = torch.tensor([[0.5], [-1.0]]), torch.tensor([0, 2])
    loss = torch.nn.functional.cross_entropy(network(x), y)
    term = sum((weights - start).square().sum() for weights, start in zip(network.parameters(), starts, strict=True))
    expected = torch.autograd.grad(loss + 3.0 / 2 * term, list(network.parameters()), retain_graph=True)
    loss.backward()
    _pull_back(list(zip(network.parameters(), starts, strict=True)), 3.0)
    for weights, gradient in zip(network.parameters(), expected, strict=True):
        assert weights.grad is not None
        assert torch.allclose(weights.grad, gradient, rtol=1e-5, atol=1e-6)


PROGRAM = """
from tests.envoy.test_training import DATA, DIAGNOSIS_COUNT, KNH, SCALER, START, digest_of, order_of_round, train
import torch
torch.manual_seed({noise})
torch.rand({noise})
for number, proximal in ((1, 0.0), (2, 0.1)):
    order = order_of_round(5, DIAGNOSIS_COUNT, number, KNH)
    print(digest_of(train(DIAGNOSIS_COUNT, START, SCALER, DATA, order, proximal=proximal).state))
"""


def of_heart(rows: int = 300) -> tuple[Task, Split]:
    """Give a task with a binary outcome and rows of it: the outcome follows age and a flag."""
    draw = np.random.default_rng(3)
    raw = np.stack(
        [
            draw.uniform(20, 90, rows),
            draw.integers(0, 3, rows),
            draw.integers(0, 2, rows),
            draw.uniform(100, 400, rows),
        ],
        axis=1,
    )
    task = read_task_file(HEART.encode())
    logits = (raw[:, 0] - 55) / 10 + 2 * raw[:, 2] - 1
    labels = (draw.random(rows) < 1 / (1 + np.exp(-logits))).astype(np.int64)
    return task, split_by_shares(Cohort(np.arange(rows), task.encode(raw), labels), 0, Shares(0.2, 0.2))


HEART_TASK, HEART_DATA = of_heart()
HEART_SCALER = HEART_TASK.fit_scaler(HEART_DATA.training.features)
ZERO = HEART_TASK.initial_state()


def trained_for(**plan: Any) -> TrainedModel:
    task = replace(HEART_TASK, training=replace(HEART_TASK.training, **plan))
    return train(task, ZERO, HEART_SCALER, HEART_DATA, 7)


def test_a_binary_outcome_is_learned_from_zero():
    trained = trained_for(local_epochs=20)
    found = evaluate(HEART_TASK, trained.state, HEART_SCALER, HEART_DATA.held_out)
    assert found.accuracy is not None
    assert found.accuracy > 0.7
    before = evaluate(HEART_TASK, ZERO, HEART_SCALER, HEART_DATA.held_out)
    assert (before.loss or 0) - 0.1 > (found.loss or 1)


def test_logistic_regression_trained_for_long_is_what_scikit_learn_finds():
    from sklearn.linear_model import LogisticRegression

    rows = HEART_DATA.training
    task = replace(
        HEART_TASK,
        training=replace(
            HEART_TASK.training, learning_rate=1.0, batch_size=len(rows), local_epochs=1500, weight_decay=0.01
        ),
    )
    ours = train(task, ZERO, HEART_SCALER, HEART_DATA, 7, validates=False).state
    x = HEART_SCALER.transform(rows.features)
    theirs = LogisticRegression(C=1 / (0.01 * len(rows)), tol=1e-10, max_iter=10_000).fit(x, rows.labels)
    assert ours["layers.0.weight"] == pytest.approx(theirs.coef_, abs=1e-3)
    assert ours["layers.0.bias"] == pytest.approx(theirs.intercept_, abs=1e-3)


def test_so_many_steps_are_so_many_steps():
    rows = len(HEART_DATA.training)
    an_epoch = -(-rows // 16)
    by_epochs, by_steps = trained_for(local_epochs=2), trained_for(local_epochs=None, local_steps=2 * an_epoch)
    assert digest_of(by_epochs.state) == digest_of(by_steps.state)
    assert digest_of(trained_for(local_epochs=None, local_steps=1).state) != digest_of(by_steps.state)


def test_weight_decay_pulls_weights_to_zero_and_leaves_biases_alone():
    free, held = trained_for(local_epochs=10), trained_for(local_epochs=10, weight_decay=1.0)
    assert np.abs(held.state["layers.0.weight"]).max() < 0.5 * np.abs(free.state["layers.0.weight"]).max()
    assert np.abs(held.state["layers.0.bias"]).max() > 0.1 * np.abs(free.state["layers.0.bias"]).max()


def test_training_stops_where_the_validation_patients_are_no_better_off_and_gives_the_best_epoch():
    stopped = trained_for(local_epochs=200, learning_rate=0.9, batch_size=4, patience=3)
    assert len(stopped.log) < 150
    run_on = [trained_for(local_epochs=n, learning_rate=0.9, batch_size=4) for n in range(1, len(stopped.log))]
    losses = [evaluate(HEART_TASK, each.state, HEART_SCALER, HEART_DATA.validation).loss or 0 for each in run_on]
    assert evaluate(HEART_TASK, stopped.state, HEART_SCALER, HEART_DATA.validation).loss == min(losses)


def test_two_processes_give_the_same_bytes_whatever_else_they_draw():
    printed = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM.format(noise=noise)], capture_output=True, text=True, check=True
        ).stdout
        for noise in (1, 2)
    ]
    assert printed[0] == printed[1]
    assert len(set(printed[0].split())) == 2
