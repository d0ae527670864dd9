"""Real patients dealt unevenly, and a model that trains as an envoy's does."""

import numpy as np
import pytest

from contract.network import initial_state
from envoy.cohort import Cohort, Split
from envoy.training import train as train_with_torch
from simulation.breast_cancer import HOSPITALS, HOUSE, LEAST_PATIENTS, consortium, task, train


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
