"""The patients' keys of a table: texts, each one's number, and those that could be one patient under two keys."""

import hashlib

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from envoy.table_checks import Findings, Lines

Keys = NDArray[np.object_]


def subject_ids_of(keys: Keys) -> NDArray[np.int64]:
    """Number keys: 64 bits of BLAKE2b of each, so that a patient has the same number in every export.

    Two of a million patients share a number with a chance of 1 in 37 million.
    """
    codes, texts = pd.factorize(keys)
    return np.array([_number(text) for text in texts], np.int64)[codes]


def note_look_alikes(written: Keys, lines: Lines, column: str, findings: Findings) -> None:
    """Note keys that differ only by case, by spaces around them or by zeros before them.

    One patient could stand under both: in two parts of the split, trained on here and tested on there.

    Args:
        written: The keys as they are written, one a row.
        lines: Of each row its number, ascending.
        column: The column's name.
        findings: Where it is noted.
    """
    codes, texts = pd.factorize(written)
    plain = pd.Series(texts, dtype=object).str.strip().str.replace(r"\.0+$", "", regex=True)
    group = pd.factorize(plain.str.casefold().str.lstrip("0"))[0]  # texts come in the order of their first rows
    first_of_group = np.unique(group, return_index=True)[1][group]
    is_later = first_of_group != np.arange(len(group))
    if is_later.any():
        bad = is_later[codes]
        says = "differs from an earlier one only by case, spaces or leading zeros: one patient in two parts"
        findings.note_each("leak", says, lines[bad], lambda place: "The patient's key", column=column)


def _number(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)
