"""What each MIMIC-IV table must be: its columns, how their texts become values, and the key that a row has alone."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Parse = Callable[["pd.Series[str]"], tuple["pd.Series[Any]", Mask]]
_TIME_FORM = "[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]+)?)?)?"


@dataclass(frozen=True)
class CellType:
    """How the texts of a column become values.

    Blanks at the ends don't count: databases with columns of fixed width export them.

    Args:
        wants: What a cell is.
        parse: Gives the values and which of them are good.
        mistakes: Patterns of cells that are not good, and what has made them so.
    """

    wants: str
    parse: Parse
    mistakes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class TableSchema:
    """A table's name, the columns that are read from it, and the key whose values a row has alone."""

    name: str
    columns: Mapping[str, CellType]
    key: tuple[str, ...]


def _numbers(pattern: str, dtype: type[np.number[Any]]) -> Parse:
    def parse(texts: "pd.Series[str]") -> "tuple[pd.Series[Any], Mask]":
        stripped = texts.str.strip()
        good = stripped.str.fullmatch(pattern).to_numpy(dtype=bool)
        return stripped.where(good, "0").astype(np.dtype(dtype)), good

    return parse


_parse_whole_numbers = _numbers("[0-9]{1,18}", np.int64)


def _whole_numbers(texts: "pd.Series[str]") -> "tuple[pd.Series[Any], Mask]":
    joined = "".join(texts)
    if joined.isascii() and joined.isdigit():  # the usual case: int() reads nothing else into digits
        with suppress(ValueError, OverflowError):  # an empty text or too many digits
            values = texts.astype(np.dtype(np.int64))
            if values.max() < 10**18:
                return values, np.ones(len(texts), dtype=bool)
    return _parse_whole_numbers(texts)


def _times(*, may_be_empty: bool) -> Parse:
    def parse(texts: "pd.Series[str]") -> "tuple[pd.Series[Any], Mask]":
        stripped = texts.str.strip()
        dates = stripped.where(stripped.str.fullmatch(_TIME_FORM))  # ISO 8601 itself would also allow a bare year
        times = pd.to_datetime(dates, format="ISO8601", errors="coerce").astype("datetime64[s]")
        return times, (times.notna() | (may_be_empty & (stripped == ""))).to_numpy(dtype=bool)

    return parse


def _text(texts: "pd.Series[str]") -> "tuple[pd.Series[Any], Mask]":
    return texts.str.strip(), np.ones(len(texts), dtype=bool)


TEXT = CellType("text", _text)
WHOLE_NUMBER = CellType(
    "a whole number",
    _whole_numbers,
    (
        (r"[0-9]{1,3}(?:[,.'\u2019\s][0-9]{3})+", "separators stand between its thousands; export it without"),
        (r"[0-9]+[.,]0*", "a program has written the column with decimals; export it without"),
        (r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+", "a spreadsheet has put it into scientific notation; export it as text"),
    ),
)
ICD_VERSION = CellType("9 or 10", _numbers("9|10", np.int8))
FLAG = CellType("0 or 1", _numbers("[01]", np.int8))
NUMBER = CellType("a number", _numbers(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", np.float64))
TIME = CellType("a time such as 2196-02-24 14:38:00", _times(may_be_empty=False))
TIME_OR_EMPTY = CellType("a time such as 2196-02-24 14:38:00, or empty", _times(may_be_empty=True))

DIAGNOSES = TableSchema(
    "diagnoses_icd",
    {
        "subject_id": WHOLE_NUMBER,
        "hadm_id": WHOLE_NUMBER,
        "seq_num": WHOLE_NUMBER,
        "icd_code": TEXT,
        "icd_version": ICD_VERSION,
    },
    key=("subject_id", "hadm_id", "seq_num"),
)
ADMISSIONS = TableSchema(
    "admissions",
    {
        "subject_id": WHOLE_NUMBER,
        "hadm_id": WHOLE_NUMBER,
        "admittime": TIME,
        "dischtime": TIME,
        "deathtime": TIME_OR_EMPTY,
        "admission_type": TEXT,
        "admission_location": TEXT,
        "discharge_location": TEXT,
        "hospital_expire_flag": FLAG,
    },
    key=("hadm_id",),
)
PATIENTS = TableSchema(
    "patients",
    {
        "subject_id": WHOLE_NUMBER,
        "gender": TEXT,
        "anchor_age": NUMBER,
        "anchor_year": WHOLE_NUMBER,
        "dod": TIME_OR_EMPTY,
    },
    key=("subject_id",),
)
