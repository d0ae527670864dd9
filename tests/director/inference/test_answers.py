"""Inputs to a risk level: what an answer says, and that anybody can compute it again."""

import json
from dataclasses import replace

import joblib
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import InvalidInputError
from contract.messages.inference import Prediction
from contract.tasks import RISK_LEVELS
from director.inference import answers
from director.inference.answers import _BLOCK_ROWS, ReadyModel
from tests.federation_simulator import FederationSimulator


def test_an_answer_says_what_it_rests_on(asked: FederationSimulator):
    body = {"envoy_name": "MTRH", "inputs": {"diagnosis_count": 9}, "probabilities": True}
    answer = asked.http.post("/infer", json=body, headers=asked.analyst).json()
    assert set(answer) == {"risk_level", "probabilities", "task", "cut_points", "notice", "model", "request_id"}
    assert answer["risk_level"] == max(answer["probabilities"], key=answer["probabilities"].get)
    assert sum(answer["probabilities"].values()) == pytest.approx(1)
    assert (answer["task"], answer["cut_points"]) == ("diagnosis_count", [5.0, 15.0])
    assert (answer["model"]["scope"], answer["model"]["envoy_name"], answer["model"]["version"]) == ("envoy", "MTRH", 1)
    assert "not clinical" in answer["notice"]
    assert len(answer["request_id"]) >= 8


def test_the_global_answer_says_how_many_hospitals_are_behind_it(asked: FederationSimulator):
    answer = asked.infer_global({"inputs": {"diagnosis_count": 9}}).json()
    assert (answer["model"]["scope"], answer["model"]["version"], answer["model"]["envoys"]) == ("global", 1, 5)
    assert "envoy_name" not in answer["model"]
    assert answer["model"]["sha256"] == asked.digest_at("aggregated", "model.pt")


def test_probabilities_may_be_left_out(asked: FederationSimulator):
    assert (
        asked.infer_global({"inputs": {"diagnosis_count": 9}, "probabilities": False}).json()["probabilities"] is None
    )


def test_ten_lines_of_torch_and_joblib_reproduce_the_probabilities(asked: FederationSimulator):
    state = torch.load(asked.file("aggregated", "model.pt"), weights_only=True)
    scaler = joblib.load(asked.file("aggregated", "scaler.pkl"))
    for count in (0, 1, 4, 5, 14, 15, 60):
        x = torch.tensor(scaler.transform([[float(count)]]), dtype=torch.float32)
        for layer in range(3):
            x = x @ state[f"layers.{layer}.weight"].T + state[f"layers.{layer}.bias"]
            x = torch.relu(x) if layer < 2 else torch.softmax(x, 1)
        answer = asked.infer_global({"inputs": {"diagnosis_count": count}}).json()["probabilities"]
        assert list(answer.values()) == pytest.approx(x[0].tolist(), abs=1e-6)


# --- by itself --------------------------------------------------------------------------------------------------------

COUNTS = st.integers(0, 100_000)


def asked_of(ready: ReadyModel, count: int, *, with_probabilities: bool = True) -> Prediction:
    """Ask about a count, and read the answer with the message."""
    answer = ready.answer({"diagnosis_count": count}, "r1", with_probabilities=with_probabilities)
    return Prediction.model_validate_json(answer)


class WithConfidence(Prediction):
    """A message with a field that nobody writes yet."""

    confidence: float


def test_a_field_of_the_message_that_nobody_writes_fails_with_its_name(ready: ReadyModel, monkeypatch):
    monkeypatch.setattr(answers, "Prediction", WithConfidence)
    with pytest.raises(KeyError, match="confidence"):
        replace(ready).answer({"diagnosis_count": 3}, "r1", with_probabilities=True)


def test_a_request_id_is_text_whatever_is_in_it(ready: ReadyModel):
    said = json.loads(ready.answer({"diagnosis_count": 3}, 'a "quoted" \n id', with_probabilities=False))
    assert said["request_id"] == 'a "quoted" \n id'


@given(count=COUNTS)
def test_every_answer_is_the_whole_message_and_its_level_the_most_probable(ready: ReadyModel, count: int):
    answer = asked_of(ready, count)
    written = json.loads(ready.answer({"diagnosis_count": count}, "r1", with_probabilities=True))
    assert list(written) == list(Prediction.model_fields)
    assert json.loads(answer.model_dump_json()) == written
    assert all(getattr(answer, name) is not None for name in Prediction.model_fields)
    assert answer.probabilities is not None
    shares = answer.probabilities.model_dump()
    assert sum(shares.values()) == pytest.approx(1)
    assert shares[answer.risk_level] == max(shares.values())
    assert (answer.task, answer.cut_points, answer.notice, answer.model, answer.request_id) == (
        ready.task.name, ready.task.cut_points, ready.task.notice, ready.model, "r1",
    )  # fmt: skip


def test_the_level_is_the_same_without_the_probabilities(ready: ReadyModel):
    for count in (0, 7, 300):
        whole, short = (asked_of(ready, count, with_probabilities=wanted) for wanted in (True, False))
        assert short == whole.model_copy(update={"probabilities": None})


def test_what_is_no_input_of_the_task_is_not_answered(ready: ReadyModel):
    with pytest.raises(InvalidInputError):
        ready.answer({"age": 3}, "r1", with_probabilities=True)


def test_each_level_is_given_where_its_logit_is_largest(ready: ReadyModel):
    *before, (weight, bias) = ready.layers
    for place, level in enumerate(RISK_LEVELS):
        pushed = bias.copy()
        pushed[place] += 1000
        sure = replace(ready, layers=(*before, (weight, pushed)))
        answer = asked_of(sure, 3)
        assert (answer.risk_level, getattr(answer.probabilities, level)) == (level, pytest.approx(1))


def test_many_rows_are_answered_as_one_by_one_across_the_blocks(ready: ReadyModel):
    counts = np.arange(2.0 * _BLOCK_ROWS + 3)
    shares = ready.probabilities(counts[:, None])
    assert shares.shape == (len(counts), len(RISK_LEVELS))
    for row in (0, _BLOCK_ROWS - 1, _BLOCK_ROWS, len(counts) - 1):
        single = asked_of(ready, row).probabilities
        assert single is not None
        assert shares[row].tolist() == pytest.approx(list(single.model_dump().values()), abs=1e-12)


def test_its_name_tag_is_members_of_an_object(ready: ReadyModel):
    tag = json.loads("{" + ready.as_json + "}")
    assert tag == {"task": ready.task.name, "model": ready.model.model_dump(mode="json")}
