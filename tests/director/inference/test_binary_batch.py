"""Many answers of a binary outcome: what single questions would be answered, in the order of the rows."""

import csv
import io
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.messages.inference import BinaryBatchAnswer, BinaryBatchPrediction, BinaryPrediction
from director.inference import binary_batch
from director.inference.answers import ReadyModel
from director.inference.binary_batch import csv_answers, json_answers
from director.inference.questions import asked_of_many
from tests.director.inference.test_binary import PATIENTS
from tests.table_task import PATIENT

UNKNOWN = st.sampled_from(
    [{**PATIENT, "age": 500}, {**PATIENT, "age": 3}, {**PATIENT, "ward": "x", "earlier_falls": None}]
)


def batch_of(ready: ReadyModel, rows: list[dict[str, Any]]) -> BinaryBatchPrediction:
    written = b"".join(json_answers(ready, asked_of_many(ready.task, rows), 'a "request"'))
    assert set(json.loads(written)) == set(BinaryBatchPrediction.model_fields) - {"refused"}
    return BinaryBatchPrediction.model_validate_json(written)


def singles(ready: ReadyModel, rows: list[dict[str, Any]]) -> list[BinaryPrediction]:
    answers = [ready.answer(row, "r1", with_probabilities=True) for row in rows]
    return [BinaryPrediction.model_validate_json(answer) for answer in answers]


@given(rows=st.lists(PATIENTS | UNKNOWN, min_size=1, max_size=12))
def test_a_batch_is_the_message_and_each_item_the_single_answer(falls: ReadyModel, rows: list[dict[str, Any]]):
    found = batch_of(falls, rows)
    for item, single in zip(found.items, singles(falls, rows), strict=True):
        assert isinstance(item, BinaryBatchAnswer)
        assert item.probability == pytest.approx(single.probability, abs=1e-9)
        told = ("risk_level", "unknown_codes", "missing", "abstained")
        assert [getattr(item, name) for name in told] == [getattr(single, name) for name in told]
    assert (found.task, found.model, found.request_id) == (falls.task.name, falls.model, 'a "request"')


def test_a_csv_has_a_line_for_each_row_and_nothing_where_it_abstains(falls: ReadyModel):
    rows = [PATIENT, {**PATIENT, "age": 500}, {**PATIENT, "walks_alone": 0}]
    written = b"".join(csv_answers(falls, asked_of_many(falls.task, rows))).decode()
    header, *lines = csv.reader(io.StringIO(written))
    assert header == ["probability", "risk_level", "abstained"]
    for line, single in zip(lines, singles(falls, rows), strict=True):
        probability = "" if single.probability is None else f"{single.probability:.9f}"
        assert line == [probability, single.risk_level or "", single.abstained or ""]


def test_blocks_join_without_a_gap(falls: ReadyModel, monkeypatch: pytest.MonkeyPatch):
    rows = [{**PATIENT, "age": 20 + place, "earlier_falls": place % 3 or None} for place in range(10)]
    whole = batch_of(falls, rows)
    monkeypatch.setattr(binary_batch, "_BLOCK_ROWS", 3)
    assert batch_of(falls, rows) == whole


def test_a_number_is_written_whatever_others_stand_beside_it(falls: ReadyModel):
    asked = asked_of_many(falls.task, [PATIENT] * 3)
    asked.unknown_codes[:] = np.array([0, 12, 3])
    items = json.loads(b"".join(json_answers(falls, asked, "r")))["items"]
    assert [item["unknown_codes"] for item in items] == [0, 12, 3]
