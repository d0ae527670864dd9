"""A seeded synthetic consortium in MIMIC-IV format: its hospitals, and how many diagnoses their patients have.

Its only claimed truth is the law of the diagnosis counts; see ``simulation.hospital`` for what the rest is worth.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from contract.names import EnvoyName
from simulation.hospital import Counts, HospitalTables, hospital_tables
from simulation.table_writer import append_rows, open_table

MAXIMUM_HOSPITALS = 10_000
"""Of one run: their patients lie in memory together."""
MAXIMUM_PATIENTS = 1_000_000
"""Patients of one hospital; keeps the hospitals' ranges of subject_id apart."""


@dataclass(frozen=True)
class HospitalProfile:
    """A hospital's case mix.

    Args:
        name: The hospital.
        mu: Mean of the logarithm of the diagnoses per patient.
        sigma: Its standard deviation.
        icd10_share: Share of the admissions coded in ICD-10; the others are in ICD-9.
    """

    name: EnvoyName
    mu: float
    sigma: float
    icd10_share: float = 0.5


STANDARD_HOSPITALS = (
    HospitalProfile(EnvoyName("KUTRRH"), 2.6, 0.6, 0.7),
    HospitalProfile(EnvoyName("MTRH"), 2.0, 0.7, 0.5),
    HospitalProfile(EnvoyName("KNH"), 3.0, 0.6, 0.4),
    HospitalProfile(EnvoyName("Embu"), 1.5, 0.8, 0.2),
    HospitalProfile(EnvoyName("Mbagathi"), 2.3, 0.5, 0.9),
)
"""The consortium that figures are compared on."""


def hospital_profiles(hospitals: int, seed: int = 0) -> tuple[HospitalProfile, ...]:
    """Name the hospitals: the standard ones first, then further ones within their range, drawn from the seed."""
    drawn = tuple(_drawn_profile(index, seed) for index in range(len(STANDARD_HOSPITALS), hospitals))
    return STANDARD_HOSPITALS[:hospitals] + drawn


def diagnosis_counts(profile: HospitalProfile, patients: int, rng: np.random.Generator) -> Counts:
    """Draw the diagnoses of each patient: max(1, round(lognormal(μ, σ)))."""
    return np.maximum(1, np.rint(rng.lognormal(profile.mu, profile.sigma, patients))).astype(np.int64)


def consortium_counts(hospitals: int = 5, patients: int = 2000, seed: int = 0) -> Mapping[EnvoyName, Counts]:
    """Give each hospital's diagnoses per patient, by subject_id: those that ``write_consortium`` writes."""
    return {
        profile.name: diagnosis_counts(profile, patients, _generator(seed, index, "counts"))
        for index, profile in enumerate(hospital_profiles(hospitals, seed))
    }


def first_subject_id(hospital_index: int) -> int:
    """Give the smallest subject_id of a hospital; its patients follow one by one."""
    return 10_000_000 + hospital_index * MAXIMUM_PATIENTS


def write_consortium(out: Path, hospitals: int = 5, patients: int = 2000, seed: int = 0) -> tuple[Path, ...]:
    """Write one MIMIC-IV folder a hospital, ``out/NAME``; existing tables there are replaced.

    A hospital has the same patients whatever the number of others, and the same bytes for the same seed.

    Args:
        out: Where the hospitals' folders go.
        hospitals: How many, at least 1.
        patients: Patients of each hospital, 1 to ``MAXIMUM_PATIENTS``.
        seed: At least 0.

    Returns:
        The hospitals' folders.
    """
    if hospitals < 1 or not 1 <= patients <= MAXIMUM_PATIENTS:
        raise ValueError(f"A consortium has 1 hospital or more, each with 1 to {MAXIMUM_PATIENTS} patients.")
    folders = []
    for index, profile in enumerate(hospital_profiles(hospitals, seed)):
        counts = diagnosis_counts(profile, patients, _generator(seed, index, "counts"))
        tables = hospital_tables(
            counts, first_subject_id(index), profile.icd10_share, _generator(seed, index, "tables")
        )
        folders.append(out / profile.name)
        write_hospital(folders[-1], tables)
    return tuple(folders)


def write_hospital(folder: Path, tables: HospitalTables) -> None:
    """Write the tables of a hospital into its folder."""
    named = {"patients": tables.patients, "admissions": tables.admissions, "diagnoses_icd": tables.diagnoses_icd}
    for name, rows in named.items():
        with open_table(folder, name) as stream:
            append_rows(stream, rows, header=True)


def _drawn_profile(index: int, seed: int) -> HospitalProfile:
    rng = _generator(seed, index, "profile")
    mus, sigmas = [profile.mu for profile in STANDARD_HOSPITALS], [profile.sigma for profile in STANDARD_HOSPITALS]
    return HospitalProfile(
        EnvoyName(f"Hospital{index + 1:02d}"),
        mu=rng.uniform(min(mus), max(mus)),
        sigma=rng.uniform(min(sigmas), max(sigmas)),
        icd10_share=rng.uniform(0.2, 0.9),
    )


def _generator(seed: int, hospital_index: int, purpose: str) -> np.random.Generator:
    """Give each hospital and purpose its own stream, so that none depends on what another has drawn."""
    place = ("profile", "counts", "tables").index(purpose)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(hospital_index, place)))
