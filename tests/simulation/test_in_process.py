"""The standard consortium learns its task at every hospital: the bar of this project's demonstration task."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from aggregation.strategy import RULES
from contract.tasks import DIAGNOSIS_COUNT
from envoy.cohort import build_cohort, split_by_patient
from envoy.tables import read_tables
from simulation.consortium import write_consortium
from simulation.in_process import FederatedRun, Hospital, run_federation, synthetic_hospitals


def accuracies(run: FederatedRun, hospitals: Sequence[Hospital]) -> list[float]:
    """Give the common model's accuracy at each hospital."""
    found = [common["accuracy"] for _, common in run.metrics(DIAGNOSIS_COUNT, hospitals)]
    assert all(isinstance(each, float) for each in found)
    return [each for each in found if isinstance(each, float)]


@pytest.mark.parametrize("seed", range(5))
def test_ten_cycles_reach_the_bar_at_the_worst_hospital(seed: int):
    hospitals = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=5, patients=2000, seed=seed)
    run = run_federation(DIAGNOSIS_COUNT, hospitals, rounds=10, seed=seed)
    assert min(accuracies(run, hospitals)) >= 0.99


def test_the_run_without_files_sees_the_patients_that_an_envoy_would_read(tmp_path: Path):
    folders = write_consortium(tmp_path, hospitals=2, patients=60, seed=4)
    simulated = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=2, patients=60, seed=4)
    for folder, hospital in zip(folders, simulated, strict=True):
        split = split_by_patient(build_cohort(DIAGNOSIS_COUNT, read_tables(folder)), seed=4)
        for ours, theirs in ((hospital.split.training, split.training), (hospital.split.held_out, split.held_out)):
            assert np.array_equal(ours.subject_ids, theirs.subject_ids)
            assert np.array_equal(ours.features, theirs.features)
            assert np.array_equal(ours.labels, theirs.labels)


@pytest.mark.parametrize("strategy", [*RULES, "clip", "clip+trimmed_mean"])
def test_every_strategy_runs_and_learns(strategy: str):
    hospitals = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=5, patients=1000, seed=0)
    run = run_federation(DIAGNOSIS_COUNT, hospitals, rounds=6, strategy=strategy)
    assert np.mean(accuracies(run, hospitals)) > 0.8
