"""A short form of ``make robustness``: nobody honest is set aside, and the tables say what was caught."""

from pathlib import Path

import pytest

from contract.names import EnvoyName
from contract.tasks import DIAGNOSIS_COUNT
from envoy.cohort import split_by_patient
from envoy.patient_counts import count_diagnoses
from envoy.tables import read_tables
from simulation import robustness
from simulation.attacks import SIGN_FLIP
from simulation.in_process import Hospital, synthetic_hospitals
from simulation.partition import partition
from simulation.robustness import quarantined


def test_nobody_of_the_standard_consortium_is_quarantined():
    hospitals = synthetic_hospitals(DIAGNOSIS_COUNT, hospitals=5, patients=2000, seed=0)
    assert quarantined(hospitals, rounds=5, seed=0) == 0


def test_nobody_with_twenty_real_patients_is_quarantined(mimic_iv_demo: Path, tmp_path: Path):
    names = [EnvoyName(f"Hospital{place}") for place in range(5)]
    hospitals = [
        Hospital(name, split_by_patient(count_diagnoses(DIAGNOSIS_COUNT, read_tables(folder)), seed=0))
        for name, folder in zip(names, partition(mimic_iv_demo, names, tmp_path), strict=True)
    ]
    assert quarantined(hospitals, rounds=3, seed=0) == 0


def test_a_table_has_a_row_for_each_attack_and_says_what_was_caught(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(robustness, "ATTACKS", (SIGN_FLIP,))
    lines = robustness.catches(seeds=1).splitlines()
    assert lines[2].startswith("| sign flip × 5 | 100.0% | ")
    assert len(lines) == 3
