"""Questions as rows: what is refused, what is not answered, and in which row."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from contract.errors import InvalidInputError
from contract.names import TaskName
from contract.tasks import BUILT_IN_TASKS, DIAGNOSIS_COUNT, Task
from contract.tasks.records import raw_of_record
from director.inference import questions
from director.inference.questions import asked_in_table, asked_of_many, asked_of_one
from tests.table_task import PATIENT, table_task

TASK = table_task()
STRICT = table_task(out_of_bounds='"refuse"')
TOO_OLD, TOO_YOUNG = {**PATIENT, "age": 500}, {**PATIENT, "age": 3}
DEATHS = BUILT_IN_TASKS[TaskName("mortality_in_hospital")]
RECORD: dict[str, Any] = {
    "age": 70,
    "sex": "F",
    "admission_type": "EW EMER.",
    "admitted": "2150-03-01 08:00:00",
    "admissions": [
        {
            "admitted": "2150-01-01",
            "discharged": "2150-01-05",
            "diagnoses": [{"icd_code": "I50", "icd_version": 10}, {"icd_code": "ZZZZ", "icd_version": 10}],
        }
    ],
}


def test_rows_that_are_not_answered_keep_the_others_and_say_why():
    asked = asked_of_many(TASK, [PATIENT, TOO_OLD, TOO_YOUNG, PATIENT])
    said = [asked.reasons[place] for place in asked.why]
    assert said == [None, "Feature age is outside 0 to 110 years.", "The task leaves out patients with age < 18.", None]
    assert asked.raw[[0, 3]].tolist() == [[71.5, 2, 1, 2]] * 2
    assert np.isfinite(asked.raw).all()


@pytest.mark.parametrize("rows_at_once", [2, 100])
@pytest.mark.parametrize(
    ("task", "rows", "row", "why"),
    [
        (TASK, [PATIENT, TOO_OLD, PATIENT, {**PATIENT, "walks_alone": "no"}], 4, "neither 0 nor 1"),
        (TASK, [PATIENT, PATIENT, {**PATIENT, "earlier_falls": 0.5}], 3, "whole"),
        (STRICT, [PATIENT, PATIENT, TOO_OLD], 3, "outside 0 to 110"),
        (STRICT, [PATIENT, PATIENT, TOO_YOUNG], 3, "leaves out"),
    ],
)
def test_what_is_refused_is_named_by_its_row(
    task: Task, rows: list[dict[str, Any]], row: int, why: str, rows_at_once: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(questions, "_ROWS_AT_ONCE", rows_at_once)
    with pytest.raises(InvalidInputError, match=why) as refused:
        asked_of_many(task, rows)
    assert refused.value.facts["row"] == row
    assert refused.value.sentence.count("Row ") == 1


def test_a_table_asks_as_rows_do():
    table = b"ward,age,walks_alone,earlier_falls\ngeriatric,71.5,true,2\n,500,0,\nx,40,1,1\n"
    asked = asked_in_table(TASK, table)
    rows: list[dict[str, Any]] = [
        PATIENT,
        {"age": 500, "walks_alone": 0},
        {"age": 40, "walks_alone": 1, "ward": "x", "earlier_falls": 1},
    ]
    expected = asked_of_many(TASK, rows)
    for name in ("raw", "missing", "why"):
        assert np.array_equal(getattr(asked, name), getattr(expected, name), equal_nan=name == "raw")
    assert asked.reasons == expected.reasons
    with pytest.raises(InvalidInputError, match="Row 2"):
        asked_in_table(STRICT, table)


def test_levels_have_no_place_for_a_reason_and_are_refused():
    levels = replace(DIAGNOSIS_COUNT, out_of_bounds="abstain", exclusions=("diagnosis_count > 90",))
    assert asked_of_one(levels, {"diagnosis_count": 90}).reasons == [None]
    for count in (-1, 91):
        with pytest.raises(InvalidInputError):
            asked_of_one(levels, {"diagnosis_count": count})


def test_no_line_of_a_table_is_a_record():
    with pytest.raises(InvalidInputError, match="record"):
        asked_in_table(DEATHS, b"age\n3\n")


def test_a_record_is_read_by_the_code_of_training_and_says_what_it_does_not_know():
    child = {**RECORD, "age": 3}
    asked = asked_of_many(DEATHS, [RECORD, child, RECORD])
    raw, unknown_codes = raw_of_record(DEATHS, RECORD)
    assert np.array_equal(asked.raw[0], raw, equal_nan=True)
    assert unknown_codes == 1
    assert asked.unknown_codes.tolist() == [1, 0, 1]
    told = [asked.reasons[place] for place in asked.why]
    assert told[0] is told[2] is None
    assert "18" in str(told[1])
    single = asked_of_one(DEATHS, child)
    assert single.reasons[single.why[0]] == told[1]
    assert asked_of_one(DEATHS, RECORD).unknown_codes.tolist() == [1]


def test_what_is_no_record_is_refused_and_named_by_its_row():
    for wrong in ({**RECORD, "height": 3}, {**RECORD, "age": None}, {"age": 70}):
        with pytest.raises(InvalidInputError) as refused:
            asked_of_many(DEATHS, [RECORD, wrong])
        assert refused.value.facts["row"] == 2
    strict = replace(DEATHS, out_of_bounds="refuse")
    with pytest.raises(InvalidInputError, match="18"):
        asked_of_one(strict, {**RECORD, "age": 3})
