"""The standard consortium learns its task at every hospital: the bar of this project's demonstration task."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from aggregation.strategy import RULES, strategy_named
from contract.names import EnvoyName
from contract.tasks import DIAGNOSIS_COUNT
from envoy.cohort import split_by_patient
from envoy.errors import DataError
from envoy.patient_counts import count_diagnoses
from envoy.tables import read_tables
from simulation.consortium import write_consortium
from simulation.in_process import (
    FederatedRun,
    Hospital,
    Round,
    dealt_hospitals,
    one_by_one,
    rounds_of,
    run_federation,
    synthetic_hospitals,
)


def accuracies(run: FederatedRun, hospitals: Sequence[Hospital]) -> list[float]:
    """Give the common model's accuracy at each hospital."""
    found = [common["accuracy"] for _, common in run.metrics(DIAGNOSIS_COUNT, hospitals)]
    assert all(isinstance(each, float) for each in found)
    return [each for each in found if isinstance(each, float)]


def rounds(hospitals: Sequence[Hospital], strategy: str, parameters: Mapping[str, float], number: int) -> list[Round]:
    """Play rounds with our own engine."""
    chosen = strategy_named(strategy, parameters)
    return one_by_one(hospitals, lambda teach: list(rounds_of(DIAGNOSIS_COUNT, hospitals, chosen, 0, number, teach)))


@pytest.mark.parametrize("seed", range(2))  # `make evidence` takes five
def test_ten_cycles_reach_the_bar_at_the_worst_hospital(seed: int):
    hospitals = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=5, patients=2000, seed=seed)
    run = run_federation(DIAGNOSIS_COUNT, hospitals, rounds=10, seed=seed)
    assert min(accuracies(run, hospitals)) >= 0.99


def test_the_run_without_files_sees_the_patients_that_an_envoy_would_read(tmp_path: Path):
    folders = write_consortium(tmp_path, hospitals=2, patients=60, seed=4)
    simulated = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=2, patients=60, seed=4)
    for folder, hospital in zip(folders, simulated, strict=True):
        split = split_by_patient(count_diagnoses(DIAGNOSIS_COUNT, read_tables(folder)), seed=4)
        for ours, theirs in ((hospital.split.training, split.training), (hospital.split.held_out, split.held_out)):
            assert np.array_equal(ours.subject_ids, theirs.subject_ids)
            assert np.array_equal(ours.features, theirs.features)
            assert np.array_equal(ours.labels, theirs.labels)


@pytest.mark.parametrize("strategy", [*RULES, "clip", "clip+trimmed_mean"])
def test_every_strategy_runs_and_learns(strategy: str):
    hospitals = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=5, patients=1000, seed=0)
    run = run_federation(DIAGNOSIS_COUNT, hospitals, rounds=6, strategy=strategy)
    assert np.mean(accuracies(run, hospitals)) > 0.8


@pytest.mark.parametrize("strategy", ["fedavg", "fedprox", "clip+fedadam"])
def test_a_run_is_the_same_to_the_byte_whatever_the_order_of_its_hospitals(strategy: str):
    hospitals = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=4, patients=100, seed=0)
    first, again, other = (
        run_federation(DIAGNOSIS_COUNT, given, rounds=3, strategy=strategy, seed=seed).sha256
        for given, seed in ((hospitals, 0), (hospitals[::-1], 0), (hospitals, 1))
    )
    assert first == again
    assert first != other


def test_hospitals_of_one_size_see_their_patients_in_orders_of_their_own():
    one, _ = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=2, patients=100, seed=0)
    twin = Hospital(EnvoyName("Twin"), one.split)
    (done,) = rounds([one, twin], "fedavg", {}, number=1)
    mine, its = done.local_states
    assert any(not np.array_equal(mine[name], its[name]) for name in mine)


def test_what_a_strategy_remembers_is_carried_from_round_to_round():
    hospitals = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=2, patients=100, seed=0)
    forgetful, plain, carried = (
        rounds(hospitals, name, parameters, number=2)
        for name, parameters in (("fedavgm", {"momentum": 0.0}), ("fedavg", {}), ("fedavgm", {}))
    )
    name = "layers.1.weight"
    assert np.allclose(carried[0].state[name], plain[0].state[name], atol=1e-6)
    assert np.allclose(forgetful[1].state[name], plain[1].state[name], atol=1e-5)
    moved = carried[0].state[name] - DIAGNOSIS_COUNT.initial_state()[name]
    assert np.allclose(carried[1].state[name], plain[1].state[name] + 0.9 * moved, atol=1e-4)


def test_hospitals_train_with_the_strategys_proximal_weight():
    hospitals = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=2, patients=100, seed=0)
    start = DIAGNOSIS_COUNT.initial_state()
    gone = []
    for mu in (0.001, 100):
        (done,) = rounds(hospitals, "fedprox", {"mu": mu}, number=1)
        gone.append(sum(float(np.abs(done.local_states[0][name] - start[name]).sum()) for name in start))
    assert gone[0] > 2 * gone[1]


def test_each_round_is_seen_and_the_last_is_the_runs():
    hospitals = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=2, patients=50, seed=0)
    seen: list[Round] = []
    run = run_federation(DIAGNOSIS_COUNT, hospitals, rounds=3, on_round=seen.append)
    assert [done.number for done in seen] == [1, 2, 3]
    assert all(np.array_equal(run.state[name], seen[-1].state[name]) for name in run.state)
    with pytest.raises(ValueError, match="1 round or more"):
        run_federation(DIAGNOSIS_COUNT, hospitals, rounds=0)


def test_dealt_hospitals_share_the_patients_of_the_standard_ones_and_each_has_enough():
    standard = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=5, patients=200, seed=2)
    dealt = dealt_hospitals(DIAGNOSIS_COUNT, hospitals=5, patients=200, seed=2, concentration=0.3)
    counts = [
        sorted(
            np.concatenate(
                [part.features[:, 0] for each in given for part in (each.split.training, each.split.held_out)]
            )
        )
        for given in (standard, dealt)
    ]
    assert counts[0] == counts[1]
    assert [each.name for each in dealt] == [f"Hospital0{place}" for place in range(1, 6)]
    assert min(len(each.split.training) for each in dealt) >= DIAGNOSIS_COUNT.minimum_examples
    with pytest.raises(DataError, match="can't be dealt to 5 hospitals"):
        dealt_hospitals(DIAGNOSIS_COUNT, hospitals=5, patients=19, seed=2, concentration=0.3)
