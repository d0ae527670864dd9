"""Training in numpy, which must be the envoy's."""

import numpy as np
import pytest

from contract.network import initial_state
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT, Task
from envoy.cohort import Cohort, Split
from envoy.training import train as train_with_torch
from simulation.breast_cancer import consortium, task
from simulation.in_process import synthetic_hospitals
from simulation.quick_training import HOUSE, Patients, train


def a_few_of_the_standard_consortium() -> tuple[Task, Cohort]:
    cohort = synthetic_hospitals(DIAGNOSIS_COUNT, 1, 70, seed=0)[0].split.training
    return DIAGNOSIS_COUNT, cohort


def one_of_the_breast_cancer_consortium() -> tuple[Task, Cohort]:
    data = consortium(1)
    patients = next(each for each in data.hospitals if len(each) <= 64)
    raw = patients.x * np.asarray(data.scaler.scale) + np.asarray(data.scaler.mean)
    return task(), Cohort(np.arange(len(patients)), raw, patients.y)


@pytest.mark.parametrize("drawn", [a_few_of_the_standard_consortium, one_of_the_breast_cancer_consortium])
def test_it_trains_as_an_envoy_trains(drawn):
    chosen, cohort = drawn()
    assert HOUSE.batch is not None
    assert len(cohort) <= HOUSE.batch  # one batch: in any order the same
    scaler = ScalerState.fitted(cohort.features)
    start = initial_state(chosen.architecture, 3)
    with_torch = train_with_torch(chosen, start, scaler, Split(cohort, cohort), 0).state
    patients = Patients(scaler.transform(cohort.features), cohort.labels)
    ours = train(chosen.architecture, start, patients, HOUSE, np.random.default_rng(0))
    for name, values in ours.items():
        assert values == pytest.approx(with_torch[name], abs=2e-5)
    assert max(np.abs(ours[name] - start[name]).max() for name in ours) > 0.01
