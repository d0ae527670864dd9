"""Training: it learns, says so, and repeats itself bit for bit, in any process."""

import hashlib
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.artifacts.training_log import TrainingLog, read_training_log
from contract.names import EnvoyName
from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from envoy.evaluation import evaluate
from envoy.training import order_of_cycle, order_of_round, train
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


def test_two_processes_give_the_same_bytes_whatever_else_they_draw():
    printed = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM.format(noise=noise)], capture_output=True, text=True, check=True
        ).stdout
        for noise in (1, 2)
    ]
    assert printed[0] == printed[1]
    assert len(set(printed[0].split())) == 2
