"""Rows of a table, one by one: whatever is quoted, in whatever line they stand, and what is passed through."""

import csv
import io
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from director.tasks.tables import read_rows
from tests.director.tasks.test_tables import TASK

numbers = st.integers(0, 120)
rows = st.lists(st.tuples(numbers, st.floats(-1e9, 1e9)), min_size=1, max_size=8)
Quoting = Literal[0, 1, 2, 3]


@given(
    rows,
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC, csv.QUOTE_NONE]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_a_table_of_numbers_is_the_same_however_it_is_quoted(
    written: list[tuple[int, float]], quoting: Quoting, line_end: str, encoding: str
):
    text = io.StringIO(newline="")
    csv.writer(text, quoting=quoting, lineterminator=line_end).writerows([("age", "lactate"), *written])
    found = read_rows(text.getvalue().encode(encoding), TASK)
    assert found.raw.tolist() == [[float(age), lactate] for age, lactate in written]


IDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.sampled_from(
    ["=1+1", '"', ",", "a\nb", "a\r\nb", " x ", "", "007", "@SUM(A1)", "é", "'", ";"]
)


@given(st.lists(st.tuples(IDS, numbers), min_size=1, max_size=8), st.booleans())
def test_what_is_passed_through_comes_back_cell_by_cell(written: list[tuple[str, int]], keeps_bad: bool):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("age", "mrn", "lactate"), *((age, mrn, 1) for mrn, age in written)])
    found = read_rows(text.getvalue().encode(), TASK, passed="mrn", keeps_bad=keeps_bad)
    answer = io.StringIO("".join(f"{each.decode()},end\r\n" for each in found.ids), newline="")
    assert [row[0] for row in csv.reader(answer, strict=True)] == [mrn for mrn, _ in written]
    assert found.raw.tolist() == [[age, 1] for _, age in written]


def test_the_line_is_the_files_own_also_behind_cells_of_many_lines():
    data = b'mrn,age,lactate\n"a\nb\nc",3,1\nd,4,1\n"e\n",500,1\n'
    found = read_rows(data, TASK, passed="mrn", keeps_bad=True)
    assert found.lines.tolist() == [2, 5, 6]  # type: ignore[attr-defined]  # an array
    assert found.faults[3].sentence.startswith("Row 3 (line 6): Feature age is outside")
    assert found.faults[3].facts["line"] == 6


def test_each_wrong_row_is_named_and_the_others_keep_their_values():
    data = b"age,lactate\n3,x\n500,1\n1.5,2\n\n3,1\n3,1,4\n4,\n5,2\n"
    found = read_rows(data, TASK, keeps_bad=True)
    assert sorted(found.faults) == [1, 2, 3, 4, 6, 7]
    assert [found.raw[row].tolist() for row in (4, 7)] == [[3, 1], [5, 2]]
    for row, fault in found.faults.items():
        assert fault.sentence.startswith(f"Row {row} (line {row + 1})")


@given(st.lists(st.sampled_from(["3,1", "500,1", "3.5,1", "3", "x,1", ""]), min_size=1, max_size=9))
def test_what_refuses_a_table_is_the_first_of_its_faults_and_what_has_none_is_read_alike(written: list[str]):
    data = "\n".join(["age,lactate", *written, "4,1", ""]).encode()
    faults = read_rows(data, TASK, keeps_bad=True).faults
    assert [row for row, line in enumerate(written, start=1) if line != "3,1"] == sorted(faults)


def test_an_endless_id_is_a_fault():
    data = b"mrn,age,lactate\n" + b"a" * 1001 + b",3,1\n"
    found = read_rows(data, TASK, passed="mrn", keeps_bad=True)
    assert "id has more than 1,000 characters" in found.faults[1].sentence


@pytest.mark.parametrize("cell", ["1e5", " 1 ", "+1", "1.", ".5"])
def test_what_other_programs_take_for_a_number_is_one(cell: str):
    assert read_rows(f"age,lactate\n3,{cell}\n".encode(), TASK).raw[0, 1] == float(cell)
