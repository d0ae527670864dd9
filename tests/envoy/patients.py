"""Patients by their diagnosis counts."""

import numpy as np

from contract.tasks import DIAGNOSIS_COUNT
from envoy.cohort import Cohort, Split


def cohort(counts: np.ndarray, first: int = 1) -> Cohort:
    ids = np.arange(first, first + len(counts))
    return Cohort(ids, counts[:, None].astype(float), DIAGNOSIS_COUNT.level_indices(counts.astype(float)))


def split(patients: int = 400) -> Split:
    counts = np.random.default_rng(0).integers(1, 30, patients)
    return Split(cohort(counts[50:]), cohort(counts[:50], first=10_000))
