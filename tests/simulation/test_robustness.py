"""A short form of ``make robustness``: what the attacks are, what they do to plain averaging, and what is caught."""

from pathlib import Path

import numpy as np
import pytest

from aggregation.screening import Bounds
from contract.names import EnvoyName
from contract.network import initial_state
from contract.tasks import DIAGNOSIS_COUNT
from envoy.cohort import Cohort, Split, build_cohort, split_by_patient
from envoy.tables import read_tables
from envoy.training import train as train_with_torch
from simulation import robustness
from simulation.attacks import ATTACKS, SCALING, SIGN_FLIP, alie, inner_product, min_max
from simulation.breast_cancer import HOSPITALS, HOUSE, LEAST_PATIENTS, consortium, task, train
from simulation.hostile_run import Scenario, run
from simulation.in_process import Hospital, synthetic_hospitals
from simulation.partition import partition
from simulation.robustness import GATED, PLAIN, quarantined

BOUNDS = Bounds()
BY_NAME = {attack.name: attack for attack in ATTACKS}


def test_the_patients_are_dealt_once_each_and_unevenly():
    data = consortium(0)
    sizes = [len(patients) for patients in data.hospitals]
    assert (len(sizes), sum(sizes) + len(data.held_out)) == (HOSPITALS, 569)
    assert min(sizes) >= LEAST_PATIENTS
    shares = [patients.y.mean() for patients in data.hospitals]
    assert max(shares) - min(shares) > 0.5
    assert np.concatenate([patients.x for patients in data.hospitals]).mean(axis=0) == pytest.approx(0, abs=1e-9)


def test_the_logistic_model_trains_as_an_envoy_trains():
    chosen, data = task(), consortium(1)
    start = initial_state(chosen.architecture, 3)
    assert HOUSE.batch is not None
    patients = next(each for each in data.hospitals if len(each) <= HOUSE.batch)  # one batch: in any order the same
    raw = patients.x * np.asarray(data.scaler.scale) + np.asarray(data.scaler.mean)
    cohort = Cohort(np.arange(len(patients)), raw, patients.y)
    with_torch = train_with_torch(chosen, start, data.scaler, Split(cohort, cohort), seed=0).state
    ours = train(start, patients, HOUSE, np.random.default_rng(0))
    for name, values in ours.items():
        assert values == pytest.approx(with_torch[name], abs=2e-6)
        assert np.abs(values - start[name]).max() > 0.01


def test_forged_changes_are_what_the_papers_say():
    draw = np.random.default_rng(0)
    own, honest = draw.normal(1, 1, (4, 62)), draw.normal(1, 1, (7, 62))
    hidden = min_max(own, honest, draw)
    widest = max(np.linalg.norm(a - b) for a in honest for b in honest)
    assert max(np.linalg.norm(each - hidden[0]) for each in honest) == pytest.approx(widest, rel=1e-3)
    assert (hidden.mean(axis=0) < honest.mean(axis=0)).all()
    little = (honest.mean(axis=0) - alie(own, honest, draw)[0]) / honest.std(axis=0)
    assert little == pytest.approx(0.566, abs=1e-3)  # z of 5 in 7: two honest ones must be further out
    against = inner_product(own, honest, draw)
    assert against @ honest.mean(axis=0) == pytest.approx(-0.5 * np.square(honest.mean(axis=0)).sum())


@pytest.mark.parametrize("hostile", [2, 4])
@pytest.mark.parametrize("name", [SIGN_FLIP.name, SCALING.name, "label flip, lied count 10⁶"])
def test_gate_and_clip_bear_what_is_gross_and_catch_it(name: str, hostile: int):
    clean = run(Scenario(0), PLAIN, BOUNDS)
    outcome = run(Scenario(0, BY_NAME[name], hostile), GATED, BOUNDS)
    assert outcome.accuracy >= clean.accuracy - (0.03 if hostile == 2 else 0.05)
    assert outcome.caught >= 0.95 * outcome.hostile
    assert outcome.accused <= 0.02 * outcome.honest


@pytest.mark.parametrize("name", [SIGN_FLIP.name, "label flip, lied count 10⁶"])
def test_plain_averaging_bears_neither(name: str):
    outcome = run(Scenario(0, BY_NAME[name], 4), PLAIN, BOUNDS)
    assert outcome.accuracy < 0.7


def test_attacks_that_hide_among_the_honest_do_little():
    clean = run(Scenario(1), PLAIN, BOUNDS)
    for name in ("ALIE", "min-max"):
        assert run(Scenario(1, BY_NAME[name], 4), GATED, BOUNDS).accuracy >= clean.accuracy - 0.05


def test_honest_hospitals_are_left_in_peace():
    clean = [run(Scenario(seed), GATED, BOUNDS) for seed in range(100, 104)]
    assert sum(outcome.accused for outcome in clean) <= 0.01 * sum(outcome.honest for outcome in clean)


def test_nobody_of_the_standard_consortium_is_quarantined():
    hospitals = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=5, patients=2000, seed=0)
    assert quarantined(hospitals, rounds=5, seed=0) == 0


def test_nobody_with_twenty_real_patients_is_quarantined(mimic_iv_demo: Path, tmp_path: Path):
    names = [EnvoyName(f"Hospital{place}") for place in range(5)]
    hospitals = [
        Hospital(name, split_by_patient(build_cohort(DIAGNOSIS_COUNT, read_tables(folder)), seed=0))
        for name, folder in zip(names, partition(mimic_iv_demo, names, tmp_path), strict=True)
    ]
    assert quarantined(hospitals, rounds=3, seed=0) == 0


def test_a_table_has_a_row_for_each_attack_and_says_what_was_caught(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(robustness, "ATTACKS", (SIGN_FLIP,))
    lines = robustness.catches(seeds=1).splitlines()
    assert lines[2].startswith("| sign flip × 5 | 100.0% | ")
    assert len(lines) == 3
