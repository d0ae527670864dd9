"""The tables of one hospital agree with one another, and look like the real ones."""

import gzip

import numpy as np
import pandas as pd

from simulation.consortium import (
    hospital_profiles,
)


def test_each_admission_is_coded_in_one_version_and_numbered_from_one(tables) -> None:
    for hospital, profile in zip(tables, hospital_profiles(7, seed=3), strict=True):
        admissions = hospital.diagnoses.groupby("hadm_id")
        assert (admissions["icd_version"].nunique() == 1).all()
        assert (admissions["seq_num"].max() == admissions.size()).all()
        assert set(hospital.diagnoses["hadm_id"]) == set(hospital.admissions["hadm_id"])
        assert abs((admissions["icd_version"].first() == 10).mean() - profile.icd10_share) < 0.12


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


def test_the_columns_are_those_of_the_real_tables(consortium, mimic_iv_demo) -> None:
    for name in ("patients", "admissions", "diagnoses_icd"):
        real, made = (pd.read_csv(folder / f"hosp/{name}.csv.gz", nrows=0) for folder in (mimic_iv_demo, consortium[0]))
        assert list(made.columns) == list(real.columns)


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
