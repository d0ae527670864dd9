"""The same features as an analyst would make them with pandas: tables read whole, joined, grouped."""

from pathlib import Path

import pandas as pd

from contract.clinical.codes import CHAPTERS, COMORBIDITIES, groups_of
from contract.clinical.quantities import EMERGENCIES
from contract.tasks import Task

_FLAGS = [*(f"charlson_{name}" for name in COMORBIDITIES), *(f"chapter_{name}" for name in CHAPTERS)]


def plain_features(folder: Path, task: Task) -> pd.DataFrame:
    """Make the columns of a task that is asked at admission, a row an admission; nothing is checked."""
    patients = pd.read_csv(folder / "patients.csv.gz")
    admissions = pd.read_csv(folder / "admissions.csv.gz", parse_dates=["admittime", "dischtime"])
    stays = admissions.merge(patients, on="subject_id").merge(_coded(folder), on="hadm_id", how="left")
    stays[[*_FLAGS, "codes"]] = stays[[*_FLAGS, "codes"]].fillna(0)
    stays["age"] = stays["anchor_age"] + stays["admittime"].dt.year - stays["anchor_year"]
    stays["is_emergency"] = stays["admission_type"].isin(EMERGENCIES)
    rows = stays.drop(columns=_FLAGS).set_index("hadm_id").join(_history(stays))
    rows[[*_FLAGS, *_COUNTS]] = rows[[*_FLAGS, *_COUNTS]].fillna(0)
    rows = rows.sort_values(["subject_id", "admittime"])
    columns = {}
    for feature in task.features:
        if feature.kind == "category":
            name = {"sex": "gender"}.get(feature.name, feature.name)
            for category in feature.categories:
                columns[f"{feature.name}={category}"] = (rows[name] == category).astype(float)
            if feature.may_be_missing:
                columns[f"{feature.name}:missing"] = rows[name].isna().astype(float)
        elif feature.may_be_missing:
            columns[feature.name] = rows[feature.name].fillna(feature.missing).astype(float)
            columns[f"{feature.name}:missing"] = rows[feature.name].isna().astype(float)
        else:
            columns[feature.name] = rows[feature.name].astype(float)
    return pd.DataFrame(columns)


_COUNTS = ["earlier_admissions", "admissions_6_months", "admissions_12_months", "earlier_diagnoses"]


def _coded(folder: Path) -> pd.DataFrame:
    """Give the groups and the number of the codes of each admission."""
    diagnoses = pd.read_csv(folder / "diagnoses_icd.csv.gz", dtype={"icd_code": str})
    known = diagnoses[["icd_code", "icd_version"]].drop_duplicates()
    masks = [groups_of(code, version) for code, version in zip(known["icd_code"], known["icd_version"], strict=True)]
    for bit, name in enumerate(_FLAGS):
        known[name] = pd.Series([mask >> bit & 1 for mask in masks], index=known.index, dtype="int8")
    grouped = diagnoses.merge(known, on=["icd_code", "icd_version"]).groupby("hadm_id")
    return grouped[_FLAGS].max().join(grouped.size().rename("codes")).reset_index()


def _history(stays: pd.DataFrame) -> pd.DataFrame:
    """Join each stay with the earlier ones of its patient, and sum over them."""
    now = stays[["subject_id", "hadm_id", "admittime"]]
    earlier = stays[["subject_id", "admittime", "dischtime", "codes", "is_emergency", *_FLAGS]]
    pairs = now.merge(earlier.rename(columns={"admittime": "began"}), on="subject_id")
    pairs = pairs[(pairs["dischtime"] <= pairs["admittime"]) & (pairs["began"] < pairs["admittime"])]
    since = (pairs["admittime"] - pairs["dischtime"]).dt.total_seconds() / 86_400
    lasted = (pairs["dischtime"] - pairs["began"]).dt.total_seconds() / 86_400
    pairs = pairs.assign(since=since, six=since <= 183, twelve=since <= 365, lasted=lasted)
    grouped = pairs.groupby("hadm_id")
    last = pairs.sort_values("dischtime").groupby("hadm_id").last()
    return pd.DataFrame(
        {
            "earlier_admissions": grouped.size(),
            "admissions_6_months": grouped["six"].sum(),
            "admissions_12_months": grouped["twelve"].sum(),
            "days_since_discharge": last["since"],
            "previous_stay_days": last["lasted"],
            "emergency_share": grouped["is_emergency"].mean(),
            "earlier_diagnoses": grouped["codes"].sum(),
        }
    ).join(grouped[_FLAGS].max())
