import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from contract.names import EnvoyName
from envoy.tables import Tables, inspect_tables, read_tables
from simulation.cli import app
from simulation.consortium import (
    STANDARD_HOSPITALS,
    HospitalProfile,
    consortium_counts,
    diagnosis_counts,
    hospital_profiles,
    write_consortium,
)

PATIENTS = 300


@pytest.fixture(scope="module")
def consortium(tmp_path_factory) -> tuple[Path, ...]:
    return write_consortium(tmp_path_factory.mktemp("consortium"), 7, PATIENTS, seed=3)


@pytest.fixture(scope="module")
def tables(consortium) -> tuple[Tables, ...]:
    return tuple(read_tables(folder) for folder in consortium)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.gz"))}


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


def test_the_files_have_the_columns_of_mimic_iv_in_their_order(consortium) -> None:
    headers = {
        path.name: gzip.decompress(path.read_bytes()).split(b"\n")[0].decode()
        for path in (consortium[0] / "hosp").iterdir()
    }

    assert headers == {
        "patients.csv.gz": "subject_id,gender,anchor_age,anchor_year,anchor_year_group,dod",
        "admissions.csv.gz": (
            "subject_id,hadm_id,admittime,dischtime,deathtime,admission_type,admit_provider_id,admission_location,"
            "discharge_location,insurance,language,marital_status,race,edregtime,edouttime,hospital_expire_flag"
        ),
        "diagnoses_icd.csv.gz": "subject_id,hadm_id,seq_num,icd_code,icd_version",
    }


def test_the_columns_are_those_of_the_real_tables(consortium, mimic_iv_demo) -> None:
    for name in ("patients", "admissions", "diagnoses_icd"):
        real, made = (pd.read_csv(folder / f"hosp/{name}.csv.gz", nrows=0) for folder in (mimic_iv_demo, consortium[0]))
        assert list(made.columns) == list(real.columns)


def test_each_admission_is_coded_in_one_version_and_numbered_from_one(tables) -> None:
    for hospital, profile in zip(tables, hospital_profiles(7, seed=3), strict=True):
        admissions = hospital.diagnoses.groupby("hadm_id")
        assert (admissions["icd_version"].nunique() == 1).all()
        assert (admissions["seq_num"].max() == admissions.size()).all()
        assert set(hospital.diagnoses["hadm_id"]) == set(hospital.admissions["hadm_id"])
        assert abs((admissions["icd_version"].first() == 10).mean() - profile.icd10_share) < 0.12


def test_codes_include_what_readers_get_wrong(tables) -> None:
    codes = tables[0].diagnoses["icd_code"].astype(object)

    for pattern in ("0[0-9]+", "E[0-9]{4}", "V[0-9]+", "W19XXXA", "B20"):
        assert codes.str.fullmatch(pattern).any(), pattern


def test_stays_follow_one_another_and_deaths_agree_between_the_tables(tables) -> None:
    admissions = pd.concat([hospital.admissions for hospital in tables]).sort_values(["subject_id", "admittime"])
    patients = pd.concat([hospital.patients for hospital in tables]).set_index("subject_id")
    died = admissions[admissions["hospital_expire_flag"] == 1].set_index("subject_id")
    last = admissions.groupby("subject_id").last()
    same_patient = admissions["subject_id"].to_numpy()[1:] == admissions["subject_id"].to_numpy()[:-1]
    gap = admissions["admittime"].to_numpy()[1:] - admissions["dischtime"].to_numpy()[:-1]

    assert (admissions["dischtime"] > admissions["admittime"]).all()
    assert same_patient.any()
    assert (gap[same_patient] > np.timedelta64(0)).all()
    assert 0 < len(died) < len(patients) / 5
    assert (died["deathtime"] == died["dischtime"]).all()
    assert (died["discharge_location"] == "DIED").all()
    assert (admissions["deathtime"].notna() == (admissions["hospital_expire_flag"] == 1)).all()
    assert (patients["dod"][died.index] == died["deathtime"].dt.normalize()).all()
    assert (last["hadm_id"][died.index] == died["hadm_id"]).all()
    days = (patients["dod"] - last["dischtime"].dt.normalize()).dropna().dt.days
    assert days.between(0, 365).all()
    assert (days > 0).any()
    assert (patients["anchor_year"] == admissions.groupby("subject_id")["admittime"].first().dt.year).all()


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


def test_the_command_writes_and_tells_what_it_made(tmp_path) -> None:
    arguments = ["data", "--out", str(tmp_path / "made"), "--hospitals", "2", "--patients", "20", "--seed", "5"]

    result = CliRunner().invoke(app, [*arguments, "--json"])

    counts = consortium_counts(2, 20, 5)
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "out": str(tmp_path / "made"),
        "seed": 5,
        "hospitals": [
            {
                "name": name,
                "folder": str(tmp_path / "made" / name),
                "patients": 20,
                "diagnoses": int(counts[EnvoyName(name)].sum()),
                "median_diagnoses": float(np.median(counts[EnvoyName(name)])),
            }
            for name in ("KUTRRH", "MTRH")
        ],
    }
    assert inspect_tables(tmp_path / "made" / "MTRH") == ()


def test_the_command_refuses_a_folder_that_is_not_empty_unless_forced(tmp_path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    arguments = ["data", "--out", str(tmp_path), "--hospitals", "1", "--patients", "5"]

    refused = CliRunner().invoke(app, arguments)
    assert refused.exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]

    forced = CliRunner().invoke(app, [*arguments, "--force"])
    assert forced.exit_code == 0
    assert "KUTRRH" in forced.stdout
    assert (tmp_path / "thesis.txt").read_text() == "mine"
