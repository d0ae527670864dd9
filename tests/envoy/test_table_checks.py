"""Cells held to a schema: what is noted of which row, and what stays."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoy.table_checks import (
    Cells,
    Chunk,
    Findings,
    TypedRows,
    check_duplicates,
    check_header,
    check_references,
    type_rows,
)
from envoy.table_schemas import ADMISSIONS, DIAGNOSES, PATIENTS


def chunk_of(rows: list[tuple[str, ...]]) -> Chunk:
    """The rows of a diagnoses table, the first on line 2."""
    columns = {}
    for place, name in enumerate(DIAGNOSES.columns):
        codes, texts = pd.factorize(pd.Series([row[place] for row in rows], dtype=object))
        columns[name] = Cells(codes, pd.Series(texts, dtype=object))
    return Chunk(columns, np.arange(2, 2 + len(rows)))


def rows_of(**columns: list[int]) -> TypedRows:
    frame = pd.DataFrame(columns)
    return TypedRows(frame, np.arange(2, 2 + len(frame)))


GOOD = ("1", "10", "1", "0030", "9")


def test_a_row_with_a_bad_cell_is_noted_and_left_out() -> None:
    findings = Findings("f")
    typed = type_rows(
        chunk_of([GOOD, ("x", "10", "2", "0030", "9"), ("1", "10", "3", "A09", "10")]), DIAGNOSES, findings
    )
    assert typed.lines.tolist() == [2, 4]
    assert typed.frame["icd_code"].tolist() == ["0030", "A09"]
    (defect,) = findings.defects
    assert (defect.column, defect.row, defect.kind, defect.sentence) == (
        "subject_id",
        3,
        "wrong_type",
        "'x' is not a whole number.",
    )


def test_the_same_defect_of_many_chunks_is_one_with_their_number() -> None:
    findings = Findings("f")
    for first in (5, 50):
        findings.note_rows("kind", f"The cell of {first}", "is bad", np.arange(first, first + 3), column="c")
    findings.note("whole", "The file is bad.")
    assert [(each.kind, each.row, each.count) for each in findings.defects] == [("whole", None, 1), ("kind", 5, 6)]
    assert findings.defects[1].sentence == "The cell of 5 is bad."


@pytest.mark.parametrize(
    ("header", "kinds"),
    [
        (list(DIAGNOSES.columns), []),
        ([*DIAGNOSES.columns, "further"], []),
        (list(DIAGNOSES.columns)[1:], ["missing_column"]),
        ([*DIAGNOSES.columns, "hadm_id"], ["duplicate_column"]),
        ([name.upper() for name in DIAGNOSES.columns], ["missing_column"] * 5),
    ],
)
def test_each_column_is_there_once(header: list[str], kinds: list[str]) -> None:
    findings = Findings("f")
    assert check_header(header, DIAGNOSES, findings) == (not kinds)
    assert [each.kind for each in findings.defects] == kinds


@given(st.lists(st.integers(1, 6), min_size=1, max_size=30))
def test_every_row_but_the_first_of_its_key_is_a_repeat(keys: list[int]) -> None:
    findings = Findings("f")
    check_duplicates(rows_of(subject_id=keys), PATIENTS, findings)
    repeats = [line for line, key in enumerate(keys, 2) if key in keys[: line - 2]]
    assert [(each.row, each.count) for each in findings.defects] == ([(repeats[0], len(repeats))] if repeats else [])


def test_a_reference_is_to_a_row_that_is_there_and_is_the_same_patients() -> None:
    admissions = pd.DataFrame({"hadm_id": [10, 20], "subject_id": [1, 2]})
    patients = pd.DataFrame({"subject_id": [1, 2]})
    findings = Findings("f")
    rows = rows_of(subject_id=[1, 3, 1, 2], hadm_id=[10, 10, 30, 10])
    check_references(rows, admissions, patients, findings)
    assert [(each.column, each.row, each.sentence) for each in findings.defects] == [
        ("subject_id", 3, "subject_id 3 is not in the table patients."),
        ("hadm_id", 3, "hadm_id 10 belongs to another subject_id in the table admissions."),
        ("hadm_id", 4, "hadm_id 30 is not in the table admissions."),
    ]
    assert findings.defects[1].count == 2
    alone = Findings("f")
    check_references(rows, None, None, alone)
    assert alone.defects == ()
    assert ADMISSIONS.key == ("hadm_id",)
