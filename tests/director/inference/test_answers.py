"""Inputs to a risk level: what an answer says, and that anybody can compute it again."""

import joblib
import pytest
import torch
from federation_simulator import FederationSimulator


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
