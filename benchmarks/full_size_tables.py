"""Made-up tables in MIMIC-IV's format, of its full size if need be: their speed is measured, not what is in them."""

import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import numpy as np
import polars as pl

_DAY = 86_400
_MOST_CODES = 39
_TYPES = ("EW EMER.", "EU OBSERVATION", "OBSERVATION ADMIT", "URGENT", "ELECTIVE", "DIRECT EMER.")
_LOCATIONS = ("EMERGENCY ROOM", "PHYSICIAN REFERRAL", "TRANSFER FROM HOSPITAL", "CLINIC REFERRAL", "PACU")
_GOING = ("HOME", "HOME HEALTH CARE", "SKILLED NURSING FACILITY", "REHAB", "HOSPICE", None)
_RACES = ("WHITE", "BLACK/AFRICAN AMERICAN", "ASIAN", "HISPANIC/LATINO - PUERTO RICAN", "OTHER")


@dataclass(frozen=True)
class Size:
    """How much of each there is."""

    patients: int
    admissions: int
    diagnoses: int


FULL = Size(300_000, 546_000, 6_900_000)
QUICK = Size(1_000, 2_000, 25_000)


def write_tables(folder: Path, size: Size, seed: int = 0) -> None:
    """Write patients, admissions and diagnoses_icd, compressed; none has a defect, no stays overlap."""
    rng = np.random.default_rng(seed)
    folder.mkdir()
    patients = np.sort(rng.integers(0, size.patients, size.admissions))
    number = np.arange(size.admissions) - np.searchsorted(patients, patients)
    is_last = np.append(patients[1:] != patients[:-1], True)
    first = rng.integers(4_600_000_000, 7_000_000_000, size.patients)
    admitted = first[patients] + number * 60 * _DAY + rng.integers(0, 45 * _DAY, size.admissions)
    discharged = admitted + np.minimum(rng.exponential(4 * _DAY, size.admissions), 14 * _DAY).astype(np.int64)
    died = is_last & (rng.random(size.admissions) < 0.03)
    _write(folder / "patients.csv.gz", _patients(rng, size, first, patients[died], discharged[died]))
    _write(
        folder / "admissions.csv.gz",
        pl.DataFrame(
            {
                "subject_id": 10_000_000 + patients,
                "hadm_id": 20_000_000 + np.arange(size.admissions),
                "admittime": _times(admitted),
                "dischtime": _times(discharged),
                "deathtime": _times(discharged).set(pl.Series(~died), None),
                "admission_type": _drawn(rng, _TYPES, size.admissions),
                "admission_location": _drawn(rng, _LOCATIONS, size.admissions),
                "discharge_location": _drawn(rng, _GOING, size.admissions).set(pl.Series(died), "DIED"),
                "race": _drawn(rng, _RACES, size.admissions),
                "hospital_expire_flag": died.astype(int),
            }
        ),
    )
    _write(folder / "diagnoses_icd.csv.gz", _diagnoses(rng, size, patients))


def _patients(
    rng: np.random.Generator, size: Size, first: np.ndarray, dead: np.ndarray, when: np.ndarray
) -> pl.DataFrame:
    died = np.full(size.patients, np.datetime64("NaT"), "datetime64[s]")
    died[dead] = when.astype("datetime64[s]")
    return pl.DataFrame(
        {
            "subject_id": 10_000_000 + np.arange(size.patients),
            "gender": _drawn(rng, ("F", "M"), size.patients),
            "anchor_age": rng.integers(18, 90, size.patients),
            "anchor_year": first.astype("datetime64[s]").astype("datetime64[Y]").astype(int) + 1970,
            "anchor_year_group": "2011 - 2013",
            "dod": pl.Series(died.astype("datetime64[D]")),
        }
    )


def _diagnoses(rng: np.random.Generator, size: Size, patients: np.ndarray) -> pl.DataFrame:
    share = rng.gamma(4, size=size.admissions)
    counts = np.minimum(np.maximum(share / share.sum() * size.diagnoses, 1).round().astype(int), _MOST_CODES)
    order = rng.permutation(size.admissions)
    admissions = np.repeat(order, counts[order])
    seq = np.arange(len(admissions)) - np.repeat(np.cumsum(counts[order]) - counts[order], counts[order]) + 1
    codes = _codes(rng)
    picked = codes[rng.zipf(1.3, len(admissions)) % len(codes)]
    return pl.DataFrame(
        {"subject_id": 10_000_000 + patients[admissions], "hadm_id": 20_000_000 + admissions, "seq_num": seq}
    ).hstack(picked)


def _codes(rng: np.random.Generator) -> pl.DataFrame:
    """Draw some ten thousand codes of each version."""
    nine = [f"{number:05d}"[: rng.integers(4, 6)] for number in rng.integers(100, 99_999, 10_000)]
    letters, numbers = rng.choice(list("ABCDEFGHIJKLMNOPQRSTVWXYZ"), 10_000), rng.integers(0, 99_999, 10_000)
    ten = [f"{letter}{number:05d}"[: rng.integers(4, 7)] for letter, number in zip(letters, numbers, strict=True)]
    mixed = pl.DataFrame({"icd_code": nine + ten, "icd_version": [9] * len(nine) + [10] * len(ten)})
    return mixed.sample(fraction=1, shuffle=True, seed=0)


def _times(seconds: np.ndarray) -> pl.Series:
    return pl.Series(seconds.astype("datetime64[s]").astype("datetime64[ms]"))


def _drawn(rng: np.random.Generator, names: tuple[str | None, ...], number: int) -> pl.Series:
    return pl.Series(names, dtype=pl.String).gather(rng.integers(0, len(names), number))


def _write(path: Path, table: pl.DataFrame) -> None:
    with gzip.open(path, "wb", compresslevel=1) as file:
        table.write_csv(cast(IO[bytes], file), datetime_format="%Y-%m-%d %H:%M:%S")
