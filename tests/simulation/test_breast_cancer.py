"""Real patients dealt unevenly, and a model that trains as an envoy's does."""

import numpy as np
import pytest

from simulation.breast_cancer import HOSPITALS, LEAST_PATIENTS, consortium


def test_the_patients_are_dealt_once_each_and_unevenly():
    data = consortium(0)
    sizes = [len(patients) for patients in data.hospitals]
    assert (len(sizes), sum(sizes) + len(data.held_out)) == (HOSPITALS, 569)
    assert min(sizes) >= LEAST_PATIENTS
    shares = [patients.y.mean() for patients in data.hospitals]
    assert max(shares) - min(shares) > 0.5
    assert np.concatenate([patients.x for patients in data.hospitals]).mean(axis=0) == pytest.approx(0, abs=1e-9)
