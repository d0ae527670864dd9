"""A hospital whose deaths follow the published truth → its three tables in MIMIC-IV's columns; knows no files."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from contract.clinical.stays import Texts
from simulation.admission_codes import ANCHOR_YEAR_GROUPS, DISCHARGE_LOCATIONS, INSURANCES, LANGUAGES, RACES
from simulation.clinical_hospital import ClinicalHospital, year_of
from simulation.hospital import HospitalTables


def clinical_tables(hospital: ClinicalHospital, draw: np.random.Generator) -> HospitalTables:
    """Write a hospital down.

    Args:
        hospital: Its stays, in the order of patients and time.
        draw: The source of what no outcome follows: insurance, language, where somebody went.
    """
    stays, died = hospital.stays, hospital.died
    subjects, first = np.unique(stays.patients, return_index=True)
    admission_ids = 20_000_000 + int(subjects[0]) * 4 + np.arange(len(stays))
    discharge = _times(stays.discharged)
    death_days = pd.Series(np.where(died, _days(stays.discharged), ""), index=stays.patients)
    patients = pd.DataFrame(
        {
            "subject_id": subjects,
            "gender": _texts(stays.sexes)[first],
            "anchor_age": stays.ages[first].astype(np.int64),
            "anchor_year": year_of(stays.admitted[first]),
            "anchor_year_group": _choice(ANCHOR_YEAR_GROUPS, len(subjects), draw),
            "dod": death_days.groupby(level=0).max().to_numpy(),
        }
    )
    size = len(stays)
    admissions = pd.DataFrame(
        {
            "subject_id": stays.patients,
            "hadm_id": admission_ids,
            "admittime": _times(stays.admitted),
            "dischtime": discharge,
            "deathtime": np.where(died, discharge, ""),
            "admission_type": _texts(stays.admission_types),
            "admit_provider_id": _choice([f"P{number:05d}" for number in range(1, 200)], size, draw),
            "admission_location": _texts(stays.admission_locations),
            "discharge_location": np.where(died, "DIED", _choice(DISCHARGE_LOCATIONS, size, draw)),
            "insurance": _choice(INSURANCES, size, draw),
            "language": _choice(LANGUAGES, size, draw),
            "marital_status": "",
            "race": _choice(RACES, size, draw),
            "edregtime": "",
            "edouttime": "",
            "hospital_expire_flag": died.astype(np.int8),
        }
    )
    codes = hospital.codes
    order = np.argsort(codes.stays, kind="stable")
    of_stay = codes.stays[order]
    diagnoses = pd.DataFrame(
        {
            "subject_id": stays.patients[of_stay],
            "hadm_id": admission_ids[of_stay],
            "seq_num": np.arange(len(of_stay)) - np.searchsorted(of_stay, of_stay) + 1,
            "icd_code": codes.texts()[order],
            "icd_version": np.where(codes.is_icd10[of_stay], 10, 9),
        }
    )
    return HospitalTables(patients, admissions, diagnoses.take(draw.permutation(len(diagnoses))))


def _texts(column: Texts) -> NDArray[np.object_]:
    found: NDArray[np.object_] = np.array([*column.names, ""], dtype=object)[column.places]
    return found


def _times(seconds: NDArray[np.int64]) -> NDArray[np.str_]:
    return np.char.replace(np.datetime_as_string(seconds.astype("datetime64[s]")), "T", " ")


def _days(seconds: NDArray[np.int64]) -> NDArray[np.str_]:
    return np.datetime_as_string(seconds.astype("datetime64[s]").astype("datetime64[D]"))


def _choice(words: "tuple[str, ...] | list[str]", size: int, draw: np.random.Generator) -> NDArray[np.object_]:
    found: NDArray[np.object_] = np.array(words, dtype=object)[draw.integers(0, len(words), size)]
    return found
