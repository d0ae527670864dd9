"""Runs that are measured as they go: together, in one place, and each hospital by itself."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch

from contract.tasks import DIAGNOSIS_COUNT
from envoy.evaluation import evaluate
from simulation import Federation
from simulation.in_process import pooled, run_federation, synthetic_hospitals
from simulation.measured_run import run_alone, run_pooled, run_together
from simulation.round_metrics import RoundRow

HOSPITALS = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=3, patients=60, seed=1)


def count_steps():
    steps: list[None] = []
    return steps, lambda: steps.append(None)


def test_together_is_the_loop_of_the_command_line_and_each_round_is_seen_as_it_is_measured():
    seen: list[Sequence[RoundRow]] = []
    run = run_together(
        DIAGNOSIS_COUNT, HOSPITALS, "fedavgm", {"momentum": 0.5}, 3, 1, every_round=True, on_round=seen.append
    )
    plain = run_federation(
        DIAGNOSIS_COUNT, HOSPITALS, rounds=3, strategy="fedavgm", parameters={"momentum": 0.5}, seed=1
    )
    assert run.last is not None
    assert run.last.sha256 == plain.sha256
    assert [row for rows in seen for row in rows] == list(run.rows)
    assert [len(rows) for rows in seen] == [6, 6, 6]
    last = [(row.metrics, other.metrics) for row, other in zip(run.rows[-6::2], run.rows[-5::2], strict=True)]
    assert last == plain.metrics(DIAGNOSIS_COUNT, HOSPITALS)


def test_where_it_is_not_wanted_only_the_last_round_is_measured():
    seen: list[Sequence[RoundRow]] = []
    run = run_together(DIAGNOSIS_COUNT, HOSPITALS, "fedavg", {}, 3, 1, every_round=False, on_round=seen.append)
    assert [len(rows) for rows in seen] == [0, 0, 6]
    assert {row.round for row in run.rows} == {3}


def test_pooled_is_one_model_of_everybodys_patients_measured_at_each_hospital():
    steps, step = count_steps()
    run = run_pooled(DIAGNOSIS_COUNT, HOSPITALS, 2, 1, step)
    plain = run_federation(DIAGNOSIS_COUNT, [pooled(HOSPITALS)], rounds=2, seed=1)
    assert run.last is not None
    assert run.last.sha256 == plain.sha256
    assert len(steps) == 2
    assert [(row.round, row.hospital, row.model) for row in run.rows] == [
        (number, each.name, "global") for number in (1, 2) for each in HOSPITALS
    ]
    for row, hospital in zip(run.rows[-3:], HOSPITALS, strict=True):
        held_out = hospital.split.held_out
        assert row.metrics == evaluate(DIAGNOSIS_COUNT, plain.state, plain.scaler, held_out).metrics


def test_alone_each_hospital_is_a_federation_of_one():
    steps, step = count_steps()
    run = run_alone(DIAGNOSIS_COUNT, HOSPITALS, 2, 1, step)
    assert run.last is None
    assert len(steps) == 6
    assert [(row.round, row.hospital, row.model) for row in run.rows] == [
        (number, each.name, "local") for number in (1, 2) for each in HOSPITALS
    ]
    for row, hospital in zip(run.rows[-3:], HOSPITALS, strict=True):
        plain = run_federation(DIAGNOSIS_COUNT, [hospital], rounds=2, seed=1)
        assert row.metrics == plain.metrics(DIAGNOSIS_COUNT, [hospital])[0][1]
        assert row.num_examples == len(hospital.split.training)
    assert np.isclose(run.seconds, 0, atol=60)


@pytest.mark.parametrize("run", [run_pooled, run_alone])
def test_torch_has_as_many_threads_as_before(run):
    before = torch.get_num_threads()
    torch.set_num_threads(2)  # training takes one
    try:
        run(DIAGNOSIS_COUNT, HOSPITALS[:1], 1, 0, lambda: None)
        assert torch.get_num_threads() == 2
        Federation(DIAGNOSIS_COUNT, tuple(HOSPITALS[:1])).run(rounds=1)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
