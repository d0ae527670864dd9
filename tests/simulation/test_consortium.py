"""A consortium that does not exist: who is in it, and that a seed gives the same one again."""

import numpy as np
import pytest

from contract.names import EnvoyName
from envoy.tables import inspect_tables
from simulation.consortium import (
    STANDARD_HOSPITALS,
    HospitalProfile,
    consortium_counts,
    diagnosis_counts,
    hospital_profiles,
    write_consortium,
)
from tests.simulation.written import PATIENTS, bytes_of


def test_the_standard_consortium_has_the_agreed_hospitals() -> None:
    assert [(profile.name, profile.mu, profile.sigma) for profile in STANDARD_HOSPITALS] == [
        ("KUTRRH", 2.6, 0.6),
        ("MTRH", 2.0, 0.7),
        ("KNH", 3.0, 0.6),
        ("Embu", 1.5, 0.8),
        ("Mbagathi", 2.3, 0.5),
    ]


def test_further_hospitals_are_named_by_number_and_lie_within_the_standard_range() -> None:
    profiles = hospital_profiles(12, seed=1)

    assert [profile.name for profile in profiles[5:7]] == ["Hospital06", "Hospital07"]
    assert len({profile.mu for profile in profiles}) == 12
    assert all(1.5 <= profile.mu <= 3.0 and 0.5 <= profile.sigma <= 0.8 for profile in profiles)
    assert profiles[:8] == hospital_profiles(8, seed=1)
    assert profiles[5] != hospital_profiles(6, seed=2)[5]


@pytest.mark.parametrize("profile", STANDARD_HOSPITALS, ids=lambda profile: profile.name)
def test_counts_are_rounded_lognormal_numbers_of_at_least_one(profile) -> None:
    counts = diagnosis_counts(profile, 200_000, np.random.default_rng(0))
    raw = np.random.default_rng(0).lognormal(profile.mu, profile.sigma, 200_000)

    assert counts.min() == 1
    assert np.array_equal(counts, np.maximum(1, np.round(raw)).astype(np.int64))
    assert abs(np.log(raw).mean() - profile.mu) < 0.01
    assert abs(np.log(raw).std() - profile.sigma) < 0.01
    assert abs(np.median(counts) - np.exp(profile.mu)) <= 0.5


def test_a_count_is_never_zero() -> None:
    tiny = HospitalProfile(EnvoyName("Tiny"), mu=-5.0, sigma=0.1)

    assert diagnosis_counts(tiny, 10, np.random.default_rng(0)).tolist() == [1] * 10


def test_every_hospital_passes_the_envoys_check(consortium) -> None:
    assert [inspect_tables(folder) for folder in consortium] == [()] * 7


def test_the_written_rows_per_patient_are_the_drawn_counts(tables) -> None:
    drawn = consortium_counts(7, PATIENTS, seed=3)

    for hospital, counts in zip(tables, drawn.values(), strict=True):
        written = hospital.diagnoses.groupby("subject_id").size()
        assert np.array_equal(written.to_numpy(), counts)
        assert np.array_equal(written.index, hospital.patients["subject_id"])


def test_no_patient_and_no_admission_is_at_two_hospitals(tables) -> None:
    for table, column in (("patients", "subject_id"), ("admissions", "hadm_id")):
        values = np.concatenate([getattr(hospital, table)[column] for hospital in tables])
        assert len(np.unique(values)) == len(values)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(consortium, tmp_path) -> None:
    again = write_consortium(tmp_path / "again", 7, PATIENTS, seed=3)
    other = write_consortium(tmp_path / "other", 7, PATIENTS, seed=4)

    for folder, same, different in zip(consortium, again, other, strict=True):
        assert bytes_of(folder) == bytes_of(same)
        assert all(bytes_of(folder)[file] != content for file, content in bytes_of(different).items())


def test_a_hospital_has_the_same_patients_whatever_the_number_of_others(consortium, tmp_path) -> None:
    alone = write_consortium(tmp_path, 2, PATIENTS, seed=3)

    assert [bytes_of(folder) for folder in alone] == [bytes_of(folder) for folder in consortium[:2]]


@pytest.mark.parametrize(("hospitals", "patients"), [(0, 10), (1, 0), (1, 1_000_001)])
def test_a_consortium_without_patients_or_with_too_many_is_refused(tmp_path, hospitals, patients) -> None:
    with pytest.raises(ValueError, match="1 hospital or more"):
        write_consortium(tmp_path, hospitals, patients)
