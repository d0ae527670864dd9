"""Admissions, patients and diagnoses as the columns that a cohort is made of, by the short way or the careful one."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray

from contract.clinical.outcomes import NEVER, Fates
from contract.clinical.stays import SECONDS_A_DAY, Stays, Texts
from envoy.admissions.codings import CodingCounter, Codings
from envoy.admissions.plain_tables import NotPlain, Types, days, matching, read_frames, texts, times, whole
from envoy.found_tables import Copies, find_copies
from envoy.inspection import TableRead
from envoy.table_files import TableFileError
from envoy.table_schemas import ADMISSIONS, DIAGNOSES, PATIENTS
from envoy.table_sources import FoundTable, TableSource
from envoy.tables import Tables

TABLES = (DIAGNOSES.name, ADMISSIONS.name, PATIENTS.name)
_MOST_CODES = 1 << 20
"""More diagnoses than an admission has."""
_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"


@dataclass(frozen=True)
class Columns:
    """All admissions of a hospital.

    Args:
        stays: A row each, in the order of their table.
        fates: Of the same.
        codings: Of the same.
        ids: Of the same the ``hadm_id``.
    """

    stays: Stays
    fates: Fates
    codings: Codings
    ids: NDArray[np.int64]


@dataclass(frozen=True)
class PlainTables:
    """What the short way gives: the columns, and what was read."""

    columns: Columns
    read: tuple[TableRead, ...]


@dataclass(frozen=True)
class _Patients:
    """In ascending order of their ``subject_id``."""

    ids: NDArray[np.int64]
    sexes: Texts
    ages: NDArray[np.float64]
    years: NDArray[np.int64]
    days_of_death: NDArray[np.int64]


@dataclass(frozen=True)
class _Admissions:
    """In the order of their table."""

    ids: NDArray[np.int64]
    patients: NDArray[np.int64]
    admitted: NDArray[np.int64]
    discharged: NDArray[np.int64]
    types: Texts
    locations: Texts
    discharge_locations: Texts
    died: NDArray[np.bool_]


def read_plain(source: TableSource) -> PlainTables:
    """Read the tables by the short way, in memory that the number of diagnoses hardly matters to.

    Raises:
        NotPlain: A table is missing, or there is something in it that the careful way must look at.
        EnvoyError: The bucket that they lie in can't be read.
    """
    try:
        found = [find_copies(source, name) for name in TABLES]
    except TableFileError:
        raise NotPlain from None
    diagnoses, admissions, patients = there = [_there(copies) for copies in found]
    people = _plain_patients(patients.table)
    stays = _plain_admissions(admissions.table)
    codings = _plain_codings(diagnoses.table, stays)
    coded = stays.patients[codings.diagnoses > 0]
    counts = ((codings.codes, coded), (len(stays.ids), stays.patients), (len(people.ids), people.ids))
    read = (
        TableRead(name, copies.table.name, rows, len(np.unique(whose)), copies.others)
        for name, copies, (rows, whose) in zip(TABLES, there, counts, strict=True)
    )
    return PlainTables(_columns(stays, people, codings), tuple(read))


def columns_of(tables: Tables) -> Columns:
    """Take tables that the careful way has read, all three and without a defect."""
    admissions, patients = tables.admissions, tables.patients
    assert admissions is not None  # noqa: S101  # for the type checker alone: look_at_tables gave all three
    assert patients is not None  # noqa: S101  # for the type checker alone, as above
    patients = patients.sort_values("subject_id")
    people = _Patients(
        _whole(patients, "subject_id"),
        _texts(patients["gender"]),
        patients["anchor_age"].to_numpy(np.float64),
        _whole(patients, "anchor_year"),
        _days(patients["dod"]),
    )
    stays = _Admissions(
        _whole(admissions, "hadm_id"),
        _whole(admissions, "subject_id"),
        _seconds(admissions["admittime"]),
        _seconds(admissions["dischtime"]),
        _texts(admissions["admission_type"]),
        _texts(admissions["admission_location"]),
        _texts(admissions["discharge_location"]),
        admissions["hospital_expire_flag"].to_numpy() == 1,
    )
    codes = tables.diagnoses["icd_code"].cat
    counter = CodingCounter(len(stays.ids))
    counter.add(
        _Places(stays.ids).of(_whole(tables.diagnoses, "hadm_id")),
        codes.codes.to_numpy().astype(np.int64),
        _whole(tables.diagnoses, "icd_version"),
        dict(enumerate(codes.categories)),
    )
    return _columns(stays, people, counter.counted())


class _Places:
    """Where each of some unique numbers stands in its column."""

    def __init__(self, ids: NDArray[np.int64]) -> None:
        self._order = np.argsort(ids, kind="stable")
        self._sorted = ids[self._order]
        if (self._sorted[1:] == self._sorted[:-1]).any() or not len(ids):
            raise NotPlain

    def of(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Find numbers; one that is not there ends it."""
        found = np.minimum(np.searchsorted(self._sorted, ids), len(self._sorted) - 1)
        if (self._sorted[found] != ids).any():
            raise NotPlain
        return self._order[found]


def _columns(stays: _Admissions, people: _Patients, codings: Codings) -> Columns:
    places = _Places(people.ids).of(stays.patients)
    years = stays.admitted.astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64) + 1970
    return Columns(
        Stays(
            patients=stays.patients,
            admitted=stays.admitted,
            discharged=stays.discharged,
            ages=people.ages[places] + (years - people.years[places]),
            sexes=people.sexes.take(places),
            admission_types=stays.types,
            admission_locations=stays.locations,
            discharge_locations=stays.discharge_locations,
            groups=codings.groups,
            diagnoses=codings.diagnoses,
        ),
        Fates(stays.died, people.days_of_death[places]),
        codings,
        stays.ids,
    )


def _there(copies: Copies | None) -> Copies:
    if copies is None:
        raise NotPlain
    return copies


def _plain_patients(table: FoundTable) -> _Patients:
    types = {
        "subject_id": pl.Int64, "gender": pl.String, "anchor_age": pl.String, "anchor_year": pl.Int64, "dod": pl.String,
    }  # fmt: skip
    frame = _together(read_frames(table, PATIENTS, types)).sort("subject_id")
    return _Patients(
        whole(frame, "subject_id"),
        texts(frame, "gender"),
        matching(frame, "anchor_age", _NUMBER).cast(pl.Float64).to_numpy(),
        whole(frame, "anchor_year"),
        days(frame, "dod", int(NEVER)),
    )


def _plain_admissions(table: FoundTable) -> _Admissions:
    types = {
        "hadm_id": pl.Int64,
        "subject_id": pl.Int64,
        "hospital_expire_flag": pl.String,
        **dict.fromkeys(("admittime", "dischtime", "deathtime"), pl.String),
        **dict.fromkeys(("admission_type", "admission_location", "discharge_location"), pl.String),
    }
    frame = _together(read_frames(table, ADMISSIONS, types))
    days(frame, "deathtime", 0)  # read for its form alone
    return _Admissions(
        whole(frame, "hadm_id"),
        whole(frame, "subject_id"),
        times(frame, "admittime"),
        times(frame, "dischtime"),
        texts(frame, "admission_type"),
        texts(frame, "admission_location"),
        texts(frame, "discharge_location"),
        (matching(frame, "hospital_expire_flag", "[01]") == "1").to_numpy(),
    )


def _plain_codings(table: FoundTable, stays: _Admissions) -> Codings:
    types: Types = {
        **dict.fromkeys(("subject_id", "hadm_id", "seq_num", "icd_version"), pl.Int64),
        "icd_code": pl.Categorical,
    }
    places, counter, keys = _Places(stays.ids), CodingCounter(len(stays.ids)), []
    for frame in read_frames(table, DIAGNOSES, types):
        admissions = places.of(whole(frame, "hadm_id"))
        numbers, versions = whole(frame, "seq_num"), whole(frame, "icd_version")
        is_sound = np.isin(versions, (9, 10)).all() and (stays.patients[admissions] == whole(frame, "subject_id")).all()
        if not is_sound or frame["icd_code"].null_count() or numbers.max() >= _MOST_CODES:
            raise NotPlain
        codes = frame["icd_code"]
        known = codes.unique()
        counter.add(
            admissions,
            codes.to_physical().to_numpy().astype(np.int64),
            versions,
            dict(zip(known.to_physical().to_list(), known.to_list(), strict=True)),
        )
        keys.append(admissions * _MOST_CODES + numbers)
    if counter.faulty or not keys or _has_repeats(np.concatenate(keys)):
        raise NotPlain
    return counter.counted()


def _together(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    parts = list(frames)
    if not parts:
        raise NotPlain
    return pl.concat(parts)


def _has_repeats(keys: NDArray[np.int64]) -> bool:
    keys.sort()
    return bool((keys[1:] == keys[:-1]).any())


def _whole(frame: pd.DataFrame, name: str) -> NDArray[np.int64]:
    return frame[name].to_numpy(dtype=np.int64)


def _seconds(column: "pd.Series[pd.Timestamp]") -> NDArray[np.int64]:
    return column.to_numpy().astype("datetime64[s]").astype(np.int64)


def _days(column: "pd.Series[pd.Timestamp]") -> NDArray[np.int64]:
    return np.where(column.isna(), int(NEVER), _seconds(column) // SECONDS_A_DAY)


def _texts(column: "pd.Series[str]") -> Texts:
    """Take a category column; an empty text is none."""
    found = column.cat.categories
    names = tuple(sorted(name for name in found if name))
    known = {name: place for place, name in enumerate(names)}
    places = np.array([known.get(name, -1) for name in found], np.int64)
    return Texts(places[column.cat.codes.to_numpy()], names)
