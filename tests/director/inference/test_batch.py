"""Many answers at once: what single questions would be answered, in the order of the rows."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.messages.inference import Answer, BatchAnswer, BatchPrediction, Prediction
from director.inference import batch
from director.inference.answers import ReadyModel
from director.inference.batch import csv_answers, json_answers
from tests.federation_simulator import FederationSimulator


def singles(federation: FederationSimulator, counts) -> list[dict]:
    return [federation.infer_global({"inputs": {"diagnosis_count": int(count)}}).json() for count in counts]


def test_a_batch_answers_as_single_questions_do(asked: FederationSimulator):
    counts = [0, 3, 4, 5, 14, 15, 200, 7]
    body = {"inputs": [{"diagnosis_count": count} for count in counts]}
    batch = asked.http.post("/infer_global/batch", json=body, headers=asked.analyst).json()
    expected = singles(asked, counts)
    assert [each["risk_level"] for each in batch["items"]] == [each["risk_level"] for each in expected]
    for got, single in zip(batch["items"], expected, strict=True):
        assert list(got["probabilities"].values()) == pytest.approx(list(single["probabilities"].values()), abs=1e-9)
    assert batch["model"] == expected[0]["model"]


def test_a_csv_batch_answers_in_csv_and_in_order(asked: FederationSimulator):
    counts = [15, 1, 7] * 6000  # more than one block
    body = "diagnosis_count\r\n" + "".join(f"{count}\r\n" for count in counts)
    response = asked.http.post(
        "/infer/batch?envoy_name=KNH",
        content=body,
        headers={**asked.analyst, "Content-Type": "text/csv; charset=utf-8"},
    )
    assert response.headers["content-type"].startswith("text/csv")
    header, *lines = response.text.splitlines()
    assert header == "risk_level,low,medium,high"
    assert len(lines) == len(counts)
    assert lines[:3] * 6000 == lines
    single = asked.hospitals["KNH"].infer({"diagnosis_count": 15}).json()
    level, *probabilities = lines[0].split(",")
    assert level == single["risk_level"]
    assert [float(p) for p in probabilities] == pytest.approx(list(single["probabilities"].values()), abs=1e-9)


@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_batch_may_leave_the_probabilities_out(asked: FederationSimulator, form: str):
    if form == "json":
        body = {"inputs": [{"diagnosis_count": 1}], "probabilities": False}
        answer = asked.http.post("/infer_global/batch", json=body, headers=asked.analyst).json()
        assert answer["items"][0]["probabilities"] is None
    else:
        headers = {**asked.analyst, "Content-Type": "text/csv"}
        answer = asked.http.post(
            "/infer_global/batch?probabilities=false", content="diagnosis_count\n1", headers=headers
        )
        assert answer.text.splitlines()[0] == "risk_level"


# --- by itself --------------------------------------------------------------------------------------------------------


def as_message(ready: ReadyModel, counts: list[int], *, with_probabilities: bool) -> BatchPrediction:
    matrix = np.array(counts, float)[:, None]
    return BatchPrediction.model_validate_json(
        b"".join(json_answers(ready, matrix, "r1", with_probabilities=with_probabilities))
    )


@given(counts=st.lists(st.integers(0, 100_000), min_size=1, max_size=20), wanted=st.booleans())
def test_a_batch_is_the_message_and_each_item_the_single_answer(ready: ReadyModel, counts: list[int], wanted: bool):
    found = as_message(ready, counts, with_probabilities=wanted)
    singles = [
        Prediction.model_validate_json(ready.answer({"diagnosis_count": count}, "r1", with_probabilities=wanted))
        for count in counts
    ]
    for each, single in zip(found.items, singles, strict=True):
        assert isinstance(each, BatchAnswer)
        assert each.risk_level == single.risk_level
        if wanted:
            assert each.probabilities is not None
            assert single.probabilities is not None
            told, exact = each.probabilities.model_dump(), single.probabilities.model_dump()
            assert told == pytest.approx(exact, abs=1e-9)
        else:
            assert each.probabilities is None
    shared = set(BatchPrediction.model_fields) - {"items", "next", "refused"}
    assert {name: getattr(found, name) for name in shared} == {name: getattr(singles[0], name) for name in shared}


def test_blocks_join_without_a_gap(ready: ReadyModel, monkeypatch):
    counts = list(range(10))
    whole = as_message(ready, counts, with_probabilities=True)
    monkeypatch.setattr(batch, "_BLOCK_ROWS", 3)
    assert as_message(ready, counts, with_probabilities=True) == whole
    lines = (
        b"".join(csv_answers(ready, np.array(counts, float)[:, None], with_probabilities=True)).decode().splitlines()
    )
    assert [line.split(",")[0] for line in lines] == [
        "risk_level",
        *(each.risk_level for each in whole.items if isinstance(each, BatchAnswer)),
    ]


def test_every_name_and_text_is_written_as_json_writes_it(ready: ReadyModel):
    data = b"".join(json_answers(ready, np.array([[3.0]]), 'a "request"\n', with_probabilities=True))
    assert json.loads(data)["request_id"] == 'a "request"\n'
    assert list(json.loads(data)) == [each for each in BatchPrediction.model_fields if each != "refused"]


class WiderAnswer(Answer):
    certainty: float


class WiderBatch(BatchPrediction):
    answered_by: str


@pytest.mark.parametrize(
    ("name", "wider", "field"),
    [("Answer", WiderAnswer, "certainty"), ("BatchPrediction", WiderBatch, "answered_by")],
)
def test_a_new_field_of_the_message_is_never_left_out_in_silence(
    ready: ReadyModel, monkeypatch, name: str, wider: type, field: str
):
    monkeypatch.setattr(batch, name, wider)
    with pytest.raises(KeyError, match=field):
        list(json_answers(ready, np.array([[3.0]]), "r1", with_probabilities=True))
