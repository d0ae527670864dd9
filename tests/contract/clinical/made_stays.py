"""Stays as Hypothesis draws them: few patients, few hours, so that they touch, tie and last no time."""

from functools import reduce
from operator import or_

import numpy as np
from hypothesis import strategies as st

from contract.clinical.codes import groups_of
from contract.clinical.outcomes import NEVER, Fates
from contract.clinical.quantities import ADMISSION_LOCATIONS, ADMISSION_TYPES, DISCHARGE_LOCATIONS
from contract.clinical.stays import OPEN, SECONDS_A_DAY, Stays, Texts, overlapping

SEXES = ("F", "M")
HOUR = 3600
CODES = (
    *(("4280", 9), ("25000", 9), ("25040", 9), ("40403", 9), ("1970", 9), ("E8809", 9), ("V5861", 9), ("0030", 9)),
    *(("I5023", 10), ("E119", 10), ("C7A1", 10), ("B20", 10), ("Z515", 10), ("E8809", 10), ("U999", 10), ("K704", 10)),
)
"""Some that are in more than one group, one in none."""


def stays_of(rows: list[dict]) -> Stays:
    """Columns of rows, each with what it says; the rest is usual."""
    usual = {
        "patient": 1, "admitted": 0, "discharged": OPEN, "age": 50.0, "sex": 0, "type": 5, "location": 2,
        "discharge_location": 6, "groups": 0, "diagnoses": 0,
    }  # fmt: skip
    columns = {name: [row.get(name, usual[name]) for row in rows] for name in usual}
    return Stays(
        patients=np.array(columns["patient"], np.int64),
        admitted=np.array(columns["admitted"], np.int64),
        discharged=np.array(columns["discharged"], np.int64),
        ages=np.array(columns["age"], np.float64),
        sexes=Texts(np.array(columns["sex"], np.int64), SEXES),
        admission_types=Texts(np.array(columns["type"], np.int64), ADMISSION_TYPES),
        admission_locations=Texts(np.array(columns["location"], np.int64), ADMISSION_LOCATIONS),
        discharge_locations=Texts(np.array(columns["discharge_location"], np.int64), DISCHARGE_LOCATIONS),
        groups=np.array(columns["groups"], np.int64),
        diagnoses=np.array(columns["diagnoses"], np.int64),
    )


@st.composite
def _row(draw) -> dict:
    unit = draw(st.sampled_from((6 * HOUR, SECONDS_A_DAY, 30 * SECONDS_A_DAY)))
    admitted = draw(st.integers(-20, 40)) * unit
    codes = draw(st.lists(st.sampled_from(CODES), max_size=4))
    return {
        "patient": draw(st.integers(-1, 2)),
        "admitted": admitted,
        "discharged": admitted + draw(st.integers(0, 6)) * draw(st.sampled_from((6 * HOUR, SECONDS_A_DAY))),
        "age": float(draw(st.integers(18, 91))),
        "sex": draw(st.integers(0, 1)),
        "type": draw(st.integers(-1, len(ADMISSION_TYPES) - 1)),
        "location": draw(st.integers(-1, len(ADMISSION_LOCATIONS) - 1)),
        "discharge_location": draw(st.integers(-1, len(DISCHARGE_LOCATIONS) - 1)),
        "codes": codes,
        "groups": reduce(or_, (groups_of(*code) for code in codes), 0),
        "diagnoses": len(codes),
        "died": draw(st.booleans()),
        "day_of_death": draw(st.one_of(st.just(int(NEVER)), st.integers(-20, 900))),
    }


@st.composite
def sound_rows(draw) -> list[dict]:
    """One or more rows, of which none overlaps with another."""
    rows = draw(st.lists(_row(), min_size=1, max_size=12))
    sound = [row for row, bad in zip(rows, overlapping(stays_of(rows)), strict=True) if not bad]
    return sound or rows[:1]


def fates_of(rows: list[dict]) -> Fates:
    days = [row.get("day_of_death", NEVER) for row in rows]
    return Fates(np.array([row.get("died", False) for row in rows]), np.array(days, np.int64))
