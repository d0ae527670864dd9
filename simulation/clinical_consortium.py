"""Five hospitals whose deaths follow one published truth; size, case mix, coding and the ICD's version differ."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from contract.names import EnvoyName, TaskName
from contract.tasks import BUILT_IN_TASKS
from envoy.cohort import split_of
from simulation.clinical_hospital import ClinicalHospital, ClinicalProfile, clinical_hospital
from simulation.clinical_tables import clinical_tables
from simulation.consortium import first_subject_id, write_hospital
from simulation.in_process import Hospital

TASK = BUILT_IN_TASKS[TaskName("mortality_in_hospital")]
CLINICAL_HOSPITALS = (
    ClinicalProfile(EnvoyName("KUTRRH"), 20_000, icd10_share=0.7, coding=0.75, age=60, emergency=0.75),
    ClinicalProfile(EnvoyName("MTRH"), 10_000, icd10_share=0.5, coding=0.5, age=52, emergency=0.6),
    ClinicalProfile(EnvoyName("KNH"), 6_000, icd10_share=0.4, coding=0.6, age=57, emergency=0.8),
    ClinicalProfile(EnvoyName("Embu"), 3_000, icd10_share=0.2, coding=0.25, age=48, emergency=0.55),
    ClinicalProfile(EnvoyName("Mbagathi"), 1_000, icd10_share=0.9, coding=0.4, age=62, emergency=0.85),
)
"""The consortium that figures of real outcomes are compared on; its coding intensities lie a factor of three apart."""

_OF_THE_FEDERATION, _FRESH, _WORDS = range(3)


def hospital_of(place: int, seed: int, admissions: int | None = None, *, is_fresh: bool = False) -> ClinicalHospital:
    """Draw one of the hospitals; the same for the same seed, whatever the others are.

    Args:
        place: Which of ``CLINICAL_HOSPITALS``.
        seed: At least 0.
        admissions: How many it has; None: as many as its profile says.
        is_fresh: Whether it shall be others of the same hospital, whom nobody trained on.
    """
    profile = CLINICAL_HOSPITALS[place]
    profile = replace(profile, admissions=profile.admissions if admissions is None else admissions)
    draw = _generator(seed, place, _FRESH if is_fresh else _OF_THE_FEDERATION)
    return clinical_hospital(TASK, profile, first_subject_id(place), draw)


def clinical_hospitals(seed: int, admissions: int | None = None) -> Sequence[Hospital]:
    """Draw all five, and split their patients as envoys that read their tables would.

    Args:
        seed: At least 0.
        admissions: Of each; None: as its profile says.
    """
    return [
        Hospital(profile.name, split_of(TASK, hospital_of(place, seed, admissions).cohort(TASK), seed))
        for place, profile in enumerate(CLINICAL_HOSPITALS)
    ]


def write_clinical_consortium(
    out: Path, hospitals: int = 5, admissions: int | None = None, seed: int = 0
) -> list[Path]:
    """Write one MIMIC-IV folder a hospital, ``out/NAME``; existing tables there are replaced.

    Args:
        out: Where the hospitals' folders go.
        hospitals: How many, 1 to 5.
        admissions: Of each; None: as its profile says.
        seed: At least 0.
    """
    if not 1 <= hospitals <= len(CLINICAL_HOSPITALS):
        raise ValueError(f"There are 1 to {len(CLINICAL_HOSPITALS)} hospitals with outcomes of a known law.")
    folders = []
    for place, profile in enumerate(CLINICAL_HOSPITALS[:hospitals]):
        tables = clinical_tables(hospital_of(place, seed, admissions), _generator(seed, place, _WORDS))
        folders.append(out / profile.name)
        write_hospital(folders[-1], tables)
    return folders


def _generator(seed: int, place: int, purpose: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1000 + place, purpose)))
