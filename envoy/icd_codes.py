"""What an ICD-9-CM or ICD-10 diagnosis code looks like, and what spreadsheets make of one; knows no list of codes.

Forms, without dots as in MIMIC-IV: ICD-9-CM has three to five digits (``0030``, ``42731``), V codes (``V5861``) and E
codes (``E8809``); ICD-10 and ICD-10-CM have a letter, a digit, then one to five digits or letters (``A09``, ``I5023``,
``C7A1``, ``W19XXXA``). ``E8809`` has both forms: only ``icd_version`` tells which it is. ``0030`` that became ``30`` is
found; ``0300`` that became ``300`` looks like a good code.

A dotted code is refused, not mended: ``428.0`` is what a person writes for 4280 and what a spreadsheet makes of 428.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_FORM_9 = r"[0-9]{3,5}|V[0-9]{2,4}|E[0-9]{3,4}"
_FORM_10 = r"[A-Z][0-9][0-9A-Z]{1,5}"
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"


@dataclass(frozen=True)
class CodeFault:
    """One way in which a code is wrong: the defect's kind, the pattern of such codes, and the end of its sentence."""

    kind: str
    pattern: str
    says: str


_EMPTY = CodeFault("damaged_code", "", "is no code")
_BY_SPREADSHEET = (
    CodeFault(
        "damaged_code",
        r"(?i)[0-9]+(?:\.[0-9]+)?E[+-]?[0-9]+",
        "is a number in scientific notation: a spreadsheet has changed the code",
    ),
    CodeFault(
        "damaged_code",
        rf"(?i)[0-9]{{1,4}}[-/ ]{_MONTH}(?:[-/ ][0-9]+)?|{_MONTH}[-/ ][0-9]+|[0-9]+[-/][0-9]+[-/][0-9]+",
        "is a date: a spreadsheet has changed the code",
    ),
    CodeFault("damaged_code", r"[0-9]+\.[0-9]*", "is a decimal number: a spreadsheet has changed the code"),
)
_OTHER = CodeFault("damaged_code", r"(?s).*", "has neither the form of an ICD-9 code nor that of an ICD-10 code")

FAULTS: Mapping[int, tuple[CodeFault, ...]] = {
    9: (
        _EMPTY,
        CodeFault(
            "dotted_code",
            r"(?:[0-9]{3}|V[0-9]{2})\.[0-9]{1,2}|E[0-9]{3}\.[0-9]",
            "has a dot; export codes without, as text",
        ),
        *_BY_SPREADSHEET,
        CodeFault(
            "damaged_code", r"[0-9]{1,2}", "has lost its leading zeros; longer codes may have lost theirs unseen"
        ),
        CodeFault("damaged_code", _FORM_10, "is an ICD-10 code, but its icd_version is 9"),
        CodeFault("damaged_code", rf"(?i){_FORM_9}|{_FORM_10}", "is in small letters"),
        _OTHER,
    ),
    10: (
        _EMPTY,
        CodeFault("dotted_code", r"[A-Z][0-9][0-9A-Z]\.[0-9A-Z]{1,4}", "has a dot; export codes without, as text"),
        *_BY_SPREADSHEET,
        CodeFault("damaged_code", _FORM_9, "is an ICD-9 code, but its icd_version is 10"),
        CodeFault("damaged_code", rf"(?i){_FORM_9}|{_FORM_10}", "is in small letters"),
        _OTHER,
    ),
}
_FORMS = {9: _FORM_9, 10: _FORM_10}
SOUND = -1


def first_faults(codes: "pd.Series[str]", icd_version: int) -> NDArray[np.int64]:
    """Find for each code the place in ``FAULTS[icd_version]`` of the first that fits; ``SOUND`` for a good code."""
    faults = np.full(len(codes), SOUND, dtype=np.int64)
    undecided = ~codes.str.fullmatch(_FORMS[icd_version]).to_numpy(dtype=bool)
    for place, fault in enumerate(FAULTS[icd_version]):
        if not undecided.any():
            break
        fits = undecided & codes.str.fullmatch(fault.pattern).to_numpy(dtype=bool)
        faults[fits] = place
        undecided &= ~fits
    return faults
