"""A hospital's own table: what it holds, and everything that is wrong with it by file, column and row."""

import csv
import gzip
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.tasks import Task
from envoy import table_files
from envoy.own_table.place import find_own
from envoy.own_table.rows import OwnRows, Purpose, read_own_rows
from envoy.table_checks import MOST_NAMED, Findings
from envoy.table_sources import source_at
from tests.envoy.own_table.heart import FILE, HEADER, HEART, heart, put, rows, table


def packed(data: bytes) -> bytes:
    """Compress without the time of day, which would be another name of a test in each process."""
    return gzip.compress(data, mtime=0)


GOOD = ["A,40,female,1.2,1,3,0", "B,50,male,,,0,1"]
Place = tuple[str | None, int | None, str]


def look(path: Path, task: Task = HEART, purpose: Purpose = "learn") -> tuple[OwnRows | None, list[Place], list[str]]:
    findings = Findings(path.name)
    found = read_own_rows(task, find_own(task, source_at(path)), findings, purpose)
    return found, [(d.column, d.row, d.kind) for d in findings.defects], [d.sentence for d in findings.defects]


def places(path: Path, task: Task = HEART) -> list[Place]:
    return look(path, task)[1]


def sound(path: Path, task: Task = HEART) -> OwnRows:
    found, defects, _ = look(path, task)
    assert defects == []
    assert found is not None
    return found


def test_a_table_becomes_raw_numbers_row_by_row(tmp_path: Path) -> None:
    found = sound(put(tmp_path, table(*GOOD)))
    assert list(found.keys) == ["A", "B"]
    np.testing.assert_array_equal(found.raw, [[40, 0, 1.2, 1, 3], [50, 1, np.nan, np.nan, 0]])
    assert (list(found.outcomes), list(found.lines)) == ([0, 1], [2, 3])


def quoted(text: str, separator: str = ",", quoting: int = csv.QUOTE_ALL) -> str:
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=separator, quoting=quoting).writerows(csv.reader(io.StringIO(text)))  # type: ignore[arg-type]
    return made.getvalue()


FORMS: dict[str, tuple[str, bytes]] = {
    "plain": ("heart.csv", table(*GOOD).encode()),
    "compressed": ("heart.csv.gz", packed(table(*GOOD).encode())),
    "a byte order mark": ("heart.csv", table(*GOOD).encode("utf-8-sig")),
    "lines of Windows": ("heart.csv", table(*GOOD).replace("\n", "\r\n").encode()),
    "quoted cells": ("heart.csv", quoted(table(*GOOD)).encode()),
    "spaces around cells": ("heart.csv", table(*GOOD).replace(",", " , ").encode()),
    "a spreadsheet's sep line": ("heart.csv", b"sep=;\r\n" + quoted(table(*GOOD), ";").encode()),
    "the same behind a mark": ("heart.csv", b"\xef\xbb\xbfsep=;\n" + quoted(table(*GOOD), ";", 0).encode()),
    "columns that nobody asked for": (
        "heart.csv",
        table(*(f"{row},x y" for row in GOOD), header=f"{HEADER},remarks").encode(),
    ),
    "blank lines": ("heart.csv", table(GOOD[0], "", GOOD[1], "").encode()),
    "words": ("heart.csv", table("A,4.0e1,female,+1.2,TRUE,3.0,no", "B,50,male,,,0,Yes").encode()),
}


@pytest.mark.parametrize("form", FORMS)
def test_one_table_in_any_form_is_the_same_rows(tmp_path: Path, form: str) -> None:
    name, data = FORMS[form]
    found = sound(put(tmp_path, data, name))
    assert list(found.keys) == ["A", "B"]
    np.testing.assert_array_equal(found.raw, [[40, 0, 1.2, 1, 3], [50, 1, np.nan, np.nan, 0]])
    assert list(found.outcomes) == [0, 1]


def test_parquet_with_types_of_its_own_is_the_same_rows(tmp_path: Path) -> None:
    columns = {
        "patient": [7.0, 8.0],
        "age": [40, 50],
        "sex": pl.Series(["female", "male"], dtype=pl.Categorical),
        "creatinine": [1.2, float("nan")],
        "smoker": [True, None],
        "visits": [3.0, 0.0],
        "died": [False, True],
    }
    pl.DataFrame(columns).write_parquet(tmp_path / "heart.parquet")
    found = sound(tmp_path / "heart.parquet")
    assert (list(found.keys), list(found.outcomes), list(found.lines)) == (["7", "8"], [0, 1], [1, 2])
    np.testing.assert_array_equal(found.raw, [[40, 0, 1.2, 1, 3], [50, 1, np.nan, np.nan, 0]])


@given(st.lists(st.floats(0.1, 30), min_size=1, max_size=20))
def test_a_number_is_the_same_to_the_last_bit_from_text_and_from_parquet(values: list[float]) -> None:
    from envoy.own_table.text_cells import OwnFile  # the two doors beside each other
    from tests.envoy.own_table.lying import Lying

    made = io.BytesIO()
    pl.DataFrame({"x": values}).write_parquet(made)
    text = "x\n" + "".join(f"{value!r}\n" for value in values)
    found = []
    for file in (Lying("a.parquet", made.getvalue()), Lying("a.csv", text.encode())):
        (chunk,) = OwnFile(file, ",").chunks(["x"], ["x"])
        cells = chunk.columns["x"]
        found.append(cells.texts.to_numpy(object)[cells.codes].astype(float).tolist())
    assert found == [values, values]


BAD_CELLS = [
    ("age", "forty", "wrong_type", "'forty' is no number with a decimal point"),
    ("age", "4_0", "wrong_type", "is no number"),
    ("age", "40,5", "wrong_type", "is no number with a decimal point"),
    ("age", "1e999", "wrong_type", "is no number"),
    ("age", "inf", "wrong_type", "is no number"),
    ("age", "nan", "wrong_type", "is no number"),
    ("age", "٤٠", "wrong_type", "is no number"),
    ("age", "", "missing_value", "The empty cell is missing"),
    ("age", "111", "out_of_bounds", "'111' is outside 18 to 110 years"),
    ("sex", "Male", "unknown_category", "'Male' is none of: female, male"),
    ("sex", "", "missing_value", "wants a value"),
    ("creatinine", "NA", "wrong_type", "is no number"),
    ("smoker", "2", "wrong_type", "is none of 0, 1, false, true, no, yes"),
    ("visits", "1.5", "wrong_type", "is not whole"),
    ("visits", "-1", "out_of_bounds", "outside 0 to 500"),
    ("died", "", "missing_value", "wants a value"),
    ("patient", "1.0E+07", "wrong_type", "a patient's key in scientific notation: a spreadsheet has changed it"),
    ("died", "perhaps", "wrong_type", "is none of 0, 1"),
    ("patient", " ", "missing_value", "is no patient's key"),
    ("sex", "ma\x00le", "not_text", "zero byte"),
]


@pytest.mark.parametrize(("column", "cell", "kind", "says"), BAD_CELLS)
def test_a_cell_that_does_not_fit_is_named_by_its_column_and_line(
    tmp_path: Path, column: str, cell: str, kind: str, says: str
) -> None:
    names = HEADER.split(",")
    bad = GOOD[1].split(",")
    bad[names.index(column)] = f'"{cell}"'
    _, defects, sentences = look(put(tmp_path, table(GOOD[0], ",".join(bad), "C,60,male,2,0,1,0")))
    assert defects == [(column, 3, kind)]
    assert says in sentences[0]


def test_every_value_that_does_not_fit_is_named_also_where_two_are_the_same(tmp_path: Path) -> None:
    path = put(tmp_path, table(*GOOD, "C,200,male,2,0,1,0", "D,x,male,2,0,1,0", "E,200,male,2,0,1,0"))
    assert places(path) == [("age", 4, "out_of_bounds"), ("age", 5, "wrong_type"), ("age", 6, "out_of_bounds")]


@pytest.mark.parametrize("chunk_rows", [7, 1000])
def test_of_very_many_the_first_are_named_and_the_others_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk_rows: int
) -> None:
    monkeypatch.setattr(table_files, "CHUNK_ROWS", chunk_rows)
    path = put(tmp_path, table(*(f"P{number},{200 + number},male,,,0,1" for number in range(MOST_NAMED + 30))))
    findings = Findings("heart.csv")
    read_own_rows(HEART, find_own(HEART, source_at(path)), findings)
    named = [(each.row, each.count) for each in findings.defects]
    assert named == [*((row, 1) for row in range(2, MOST_NAMED + 2)), (MOST_NAMED + 2, 30)]
    assert findings.defects[-1].sentence.startswith(f"'{200 + MOST_NAMED}' is outside 18 to 110 years")


@pytest.mark.parametrize("chunk_rows", [1, 2, 100])
def test_lines_are_right_below_a_sep_line_and_cells_of_two_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk_rows: int
) -> None:
    monkeypatch.setattr(table_files, "CHUNK_ROWS", chunk_rows)
    text = "sep=,\n" + table(f'{GOOD[0]},"two\nlines"', f"{GOOD[1]},x", "C,500,male,2,0,1,0,x", header=f"{HEADER},note")
    assert places(put(tmp_path, text)) == [("age", 6, "out_of_bounds")]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (HEADER.replace("age", "Age"), [("age", 1, "missing_column")]),
        (HEADER.replace("died", "dead"), [("died", 1, "missing_column")]),
        (HEADER.replace("patient", "patnr"), [("patient", 1, "missing_column")]),
        (f"{HEADER},age", [("age", None, "duplicate_column")]),
        (HEADER.replace(",", ";"), [(None, 1, "wrong_separator")]),
        ("", [(None, 1, "missing_header")]),
    ],
)
def test_a_header_that_is_none_is_named(tmp_path: Path, header: str, expected: Sequence[Place]) -> None:
    width = header.count(",") + 1
    lines = [row if width == 7 else row.replace(",", ";") if ";" in header else f"{row},1" for row in GOOD]
    assert places(put(tmp_path, table(*lines, header=header))) == expected


def test_the_spelling_that_is_there_is_said(tmp_path: Path) -> None:
    (sentence,) = look(put(tmp_path, table(*GOOD, header=HEADER.replace("age", "Age"))))[2]
    assert "it is spelled 'Age' there" in sentence
    (sentence,) = look(put(tmp_path, table(*GOOD).replace(",", ";")))[2]
    assert "separator = " in sentence


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("heart.csv", b"", "empty_table"),
        ("heart.csv", f"{HEADER}\n".encode(), "empty_table"),
        ("heart.csv", table(*GOOD).encode("utf-16"), "not_text"),
        ("heart.csv", packed(b"x"), "not_text"),
        ("heart.csv.gz", packed(packed(table(*GOOD).encode())), "not_text"),
        ("heart.csv.gz", packed(table(*GOOD).encode()) + b"more", "damaged_gzip"),
        ("heart.csv", table(*GOOD, "C,1,2,3,4,5,6,7").encode(), "too_many_cells"),
        ("heart.parquet", table(*GOOD).encode(), "not_parquet"),
        ("heart.xlsx", b"PK\x03\x04", "not_text"),
    ],
)
def test_a_file_that_is_no_table_is_named(tmp_path: Path, name: str, data: bytes, kind: str) -> None:
    path = put(tmp_path, data, name)
    try:
        found = [each[2] for each in places(path)]
    except table_files.TableFileError as error:  # the name alone says it
        found = [error.kind]
    assert found == [kind]


def test_a_row_that_is_left_out_is_counted_and_looked_at_no_further(tmp_path: Path) -> None:
    found = sound(put(tmp_path, table(*GOOD, "C,12,?,?,?,?,?", "D,x1,male,1,1,1,1").replace("x1", "17")))
    assert (len(found), found.left_out) == (2, {"age < 18": 2})


def test_levels_are_of_a_number_in_a_column(tmp_path: Path) -> None:
    text = FILE.replace('kind = "binary"', 'kind = "levels"').replace("bounds = [0.1, 0.3]", "bounds = [2, 5]")
    from contract.tasks.task_file import read_task_file

    task = read_task_file(text.encode())
    found = sound(put(tmp_path, table("A,40,female,1.2,1,3,2.5", "B,50,male,,,0,-1e3")), task)
    assert list(found.outcomes) == [2.5, -1000]
    assert places(put(tmp_path, table("A,40,female,1.2,1,3,high")), task) == [("died", 2, "wrong_type")]


def test_to_predict_no_outcome_is_wanted_and_what_is_unknown_abstains(tmp_path: Path) -> None:
    header = HEADER.removesuffix(",died")
    path = put(tmp_path, table("A,40,female,1.2,1,3", "B,200,x,,,0", "C,9,male,1,1,1", header=header))
    found, defects, _ = look(path, purpose="predict")
    assert found is not None
    assert (defects, list(found.why_not)) == ([], ["", "age is out of bounds", "left out: age < 18"])
    refusing = heart(abstain="refuse")
    assert [each[2] for each in look(path, refusing, "predict")[1]] == ["out_of_bounds", "unknown_category"]


def test_many_rows_are_read_at_once(tmp_path: Path) -> None:
    assert len(sound(put(tmp_path, table(*rows(2000))))) == 2000


def test_a_header_that_stands_there_twice_is_one_defect(tmp_path: Path) -> None:
    assert places(put(tmp_path, table(*rows(30), HEADER, *rows(5)))) == [(None, 32, "repeated_header")]
