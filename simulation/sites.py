"""Whose patients an experiment with few hospitals trains on, and a validation table of patients whom nobody has."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from contract.names import EnvoyName
from contract.scaler import ScalerState
from contract.tasks import Task
from envoy.cohort import Cohort, Split
from simulation import breast_cancer
from simulation.demonstration import DEMONSTRATION
from simulation.in_process import pooled, synthetic_hospitals
from simulation.quick_training import Patients

Data = Literal["standard", "breast_cancer"]


@dataclass(frozen=True)
class Site:
    """One hospital's patients as they are, to train on and held out."""

    name: EnvoyName
    split: Split


@cache
def sites_of(data: Data, hospitals: int, seed: int) -> tuple[Task, Sequence[Site], Cohort]:
    """Give the task, the hospitals' patients, and a validation table of patients whom no hospital has."""
    if data == "standard":
        sites = [Site(each.name, each.split) for each in synthetic_hospitals(DEMONSTRATION, hospitals, 2000, seed)]
        others = synthetic_hospitals(DEMONSTRATION, hospitals, 200, seed + 1000)
        return DEMONSTRATION, sites, pooled(others).split.training
    dealt = breast_cancer.consortium(seed, hospitals)
    half = len(dealt.held_out) // 2
    table, held_out = (_cohort(dealt.held_out, dealt.scaler, rows) for rows in (slice(half), slice(half, None)))
    sites = [
        Site(EnvoyName(f"Hospital{place}"), Split(_cohort(each, dealt.scaler, slice(None)), held_out))
        for place, each in enumerate(dealt.hospitals, start=1)
    ]
    return breast_cancer.task(), sites, table


def _cohort(patients: Patients, scaler: ScalerState, rows: slice) -> Cohort:
    """Give some of the standardised patients as they are."""
    raw = np.maximum(patients.x * np.asarray(scaler.scale) + np.asarray(scaler.mean), 0)  # rounding makes 0 less than 0
    return Cohort(np.arange(len(patients))[rows], raw[rows], patients.y[rows])
