"""What stands beside answers: ids as they came, the model, what is wrong with a row; of both kinds of task."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.messages.inference import BatchPrediction, BinaryBatchPrediction, RefusedRow
from director.errors import InvalidRequestError
from director.inference import batch, binary_batch
from director.inference.answers import ReadyModel
from director.inference.beside import PLAIN, Wanted
from director.inference.questions import Asked, asked_in_table, asked_of_many
from tests.table_task import PATIENT

ALL = Wanted("mrn", keeps_bad=True, model=True)
MODEL = ["model_version", "model_sha256", "notice"]


def as_csv(ready: ReadyModel, asked: Asked) -> list[list[str]]:
    if ready.task.is_binary:
        blocks = binary_batch.csv_answers(ready, asked)
    else:
        blocks = batch.csv_answers(ready, asked.raw, with_probabilities=True)
    text = b"".join(asked.beside.as_csv(blocks, ready.model, ready.task.notice)).decode()
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def as_json(ready: ReadyModel, asked: Asked) -> dict[str, Any]:
    if ready.task.is_binary:
        data = b"".join(binary_batch.json_answers(ready, asked, "r"))
        BinaryBatchPrediction.model_validate_json(data)
    else:
        data = b"".join(batch.json_answers(ready, asked.raw, "r", asked.beside, with_probabilities=True))
        BatchPrediction.model_validate_json(data)
    found: dict[str, Any] = json.loads(data)
    return found


def test_a_table_says_of_each_row_its_id_its_model_and_what_is_wrong(ready: ReadyModel):
    table = b'mrn,diagnosis_count\n"a,1",3\n=1+1,-4\n,x\n"a,1",21\n'
    head, *lines = as_csv(ready, asked_in_table(ready.task, table, ALL))
    plain = as_csv(ready, asked_in_table(ready.task, b"diagnosis_count\n3\n21\n"))
    assert head == ["mrn", "risk_level", "low", "medium", "high", *MODEL, "error"]
    assert [line[0] for line in lines] == ["a,1", "=1+1", "", "a,1"]
    assert [lines[0][1:5], lines[3][1:5]] == plain[1:]
    assert [lines[1][1:5], lines[2][1:5]] == [[""] * 4] * 2
    told = [str(ready.model.version), ready.model.sha256, ready.task.notice]
    assert [line[5:8] for line in lines] == [told] * 4
    assert [line[8][:20] for line in lines] == ["", "Row 2 (line 3): Feat", "Row 3 (line 4): feat", ""]


def test_a_binary_outcome_tells_abstaining_from_being_wrong(falls: ReadyModel):
    table = b"mrn,age,walks_alone\n1,50,1\n2,400,1\n3,old,1\n4,3,0\n"
    head, *lines = as_csv(falls, asked_in_table(falls.task, table, Wanted("mrn", keeps_bad=True)))
    assert head == ["mrn", "probability", "risk_level", "abstained", "error"]
    assert [bool(line[1]) for line in lines] == [True, False, False, False]
    assert ["outside" in lines[1][3], lines[2][3], "age < 18" in lines[3][3]] == [True, "", True]
    assert [line[4] for line in lines] == ["", "", "Row 3 (line 4): feature age is not a number.", ""]


def test_objects_say_the_same(ready: ReadyModel, falls: ReadyModel):
    rows: list[dict[str, object]] = [
        {"mrn": "x", "diagnosis_count": 3},
        {"mrn": 7, "diagnosis_count": -1},
        {"mrn": None, "diagnosis_count": 9},
        {"diagnosis_count": 9},
    ]
    found = as_json(ready, asked_of_many(ready.task, rows, ALL))
    assert [each["id"] for each in found["items"]] == ["x", 7, None, None]
    assert found["refused"] == 2
    assert found["items"][1]["error"] == {
        "row": 2,
        "detail": "Feature diagnosis_count is outside 0 to 100000 diagnoses.",
        "hint": "Send a whole number from 0 to 100000.",
        "feature": "diagnosis_count",
    }
    assert "has no mrn" in found["items"][3]["error"]["detail"]
    outcomes = [{"mrn": 1, **PATIENT}, {"mrn": 2, **PATIENT, "ward": 7}, {"mrn": 3, **PATIENT, "age": 500}]
    told = as_json(falls, asked_of_many(falls.task, outcomes, ALL))["items"]
    assert [sorted(each) for each in (told[0], told[1])] == [
        ["abstained", "id", "missing", "probability", "risk_level", "unknown_codes"],
        ["error", "id"],
    ]
    assert told[2]["abstained"]


@given(st.lists(st.sampled_from([3, -1, 9.5, "x", None, 21]), min_size=1, max_size=20), st.integers(1, 5))
def test_good_rows_are_answered_as_without_the_bad_ones(ready: ReadyModel, counts: list[object], block_rows: int):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(batch, "_BLOCK_ROWS", block_rows)
        rows = [{"diagnosis_count": each, "n": place} for place, each in enumerate(counts)]
        found = as_json(ready, asked_of_many(ready.task, rows, Wanted("n", keeps_bad=True)))
        good = [{"diagnosis_count": each} for each in counts if each in (3, 21)]
        plain = as_json(ready, asked_of_many(ready.task, good))["items"]
    answered = [each for each in found["items"] if "error" not in each]
    assert [{name: each[name] for name in each if name != "id"} for each in answered] == plain
    assert [each["id"] for each in found["items"]] == list(range(len(counts)))
    refused = [each for each in BatchPrediction.model_validate(found).items if isinstance(each, RefusedRow)]
    assert [each.error.row for each in refused] == [
        row for row, each in enumerate(counts, start=1) if each not in (3, 21)
    ]
    assert found["refused"] == len(refused)


def test_an_id_that_is_called_as_an_answer_is_refused(ready: ReadyModel):
    for name in ("low", "error"):
        table = f"{name},diagnosis_count\n1,3\n".encode()
        with pytest.raises(InvalidRequestError, match="has a column"):
            as_csv(ready, asked_in_table(ready.task, table, Wanted(name)))


def test_where_nothing_is_wanted_the_answers_go_as_they_were_written(ready: ReadyModel):
    asked = asked_in_table(ready.task, b"diagnosis_count\n3\n")
    blocks = iter([b"one", b"two"])
    assert asked.beside.as_csv(blocks, ready.model, "notice") is blocks
    assert PLAIN.is_plain
    assert "refused" not in as_json(ready, asked)
