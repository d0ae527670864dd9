"""Asking for risk levels: one row and many, and everything that can be wrong with a question."""

import json
from collections.abc import Iterator

import joblib
import numpy as np
import pytest
import torch
from federation_simulator import FederationSimulator, SimulatedHospital

from contract.messages.inference import BatchPrediction, Prediction


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FederationSimulator]:
    """A federation with a model at every hospital and a global one; the tests of this file only ask it."""
    with FederationSimulator(tmp_path_factory.mktemp("director")) as federation:
        for name in ("KUTRRH", "MTRH", "KNH", "Embu", "Mbagathi"):
            federation.enrol(name).send_statistics()
        for each in federation.hospitals.values():
            each.train_and_upload()
        assert federation.aggregate().status_code == 201
        yield federation


def infer_global(federation: FederationSimulator, body, **headers: str):
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return federation.http.post(
        "/infer_global",
        content=content,
        headers={**federation.analyst, "Content-Type": "application/json", **headers},
    )


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
    answer = infer_global(asked, {"inputs": {"diagnosis_count": 9}}).json()
    assert (answer["model"]["scope"], answer["model"]["version"], answer["model"]["envoys"]) == ("global", 1, 5)
    assert "envoy_name" not in answer["model"]
    assert answer["model"]["sha256"] == asked.digest_at("aggregated", "model.pt")


def test_probabilities_may_be_left_out(asked: FederationSimulator):
    assert (
        infer_global(asked, {"inputs": {"diagnosis_count": 9}, "probabilities": False}).json()["probabilities"] is None
    )


def test_ten_lines_of_torch_and_joblib_reproduce_the_probabilities(asked: FederationSimulator):
    state = torch.load(asked.file("aggregated", "model.pt"), weights_only=True)
    scaler = joblib.load(asked.file("aggregated", "scaler.pkl"))
    for count in (0, 1, 4, 5, 14, 15, 60):
        x = torch.tensor(scaler.transform([[float(count)]]), dtype=torch.float32)
        for layer in range(3):
            x = x @ state[f"layers.{layer}.weight"].T + state[f"layers.{layer}.bias"]
            x = torch.relu(x) if layer < 2 else torch.softmax(x, 1)
        answer = infer_global(asked, {"inputs": {"diagnosis_count": count}}).json()["probabilities"]
        assert list(answer.values()) == pytest.approx(x[0].tolist(), abs=1e-6)


BIG = "9" * 5000


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param('{"inputs": {"diagnosis_count": -1}}', 422, "invalid_input", id="a negative count"),
        pytest.param('{"inputs": {"diagnosis_count": 1.5}}', 422, "invalid_input", id="half a diagnosis"),
        pytest.param('{"inputs": {"diagnosis_count": 1e9}}', 422, "invalid_input", id="a count out of bounds"),
        pytest.param('{"inputs": {"diagnosis_count": NaN}}', 422, "invalid_input", id="NaN"),
        pytest.param('{"inputs": {"diagnosis_count": Infinity}}', 422, "invalid_input", id="Infinity"),
        pytest.param('{"inputs": {"diagnosis_count": 1e999}}', 422, "invalid_input", id="1e999"),
        pytest.param('{"inputs": {"diagnosis_count": -1e999}}', 422, "invalid_input", id="-1e999"),
        pytest.param('{"inputs": {"diagnosis_count": "5"}}', 422, "invalid_input", id="a text"),
        pytest.param('{"inputs": {"diagnosis_count": true}}', 422, "invalid_input", id="a boolean"),
        pytest.param('{"inputs": {"diagnosis_count": null}}', 422, "invalid_input", id="null"),
        pytest.param('{"inputs": {"diagnosis_count": [5]}}', 422, "invalid_input", id="a list"),
        pytest.param('{"inputs": {"diagnosis_count": {}}}', 422, "invalid_input", id="an object"),
        pytest.param('{"inputs": {}}', 422, "invalid_input", id="a missing feature"),
        pytest.param('{"inputs": {"age": 5}}', 422, "invalid_input", id="another feature"),
        pytest.param('{"inputs": {"diagnosis_count": 5, "age": 5}}', 422, "invalid_input", id="a feature too many"),
        pytest.param("{}", 422, "invalid_request", id="no inputs"),
        pytest.param('{"inputs": 5}', 422, "invalid_request", id="inputs that are a number"),
        pytest.param('{"inputs": {"diagnosis_count": 5}, "extra": 1}', 422, "invalid_request", id="an unknown field"),
        pytest.param(
            '{"inputs": {"diagnosis_count": 5}, "probabilities": 7}', 422, "invalid_request", id="7 for a boolean"
        ),
        pytest.param('{"inputs": {"diagnosis_count": 5}, "task": "x y"}', 422, "invalid_request", id="no task's name"),
        pytest.param('{"inputs": {"diagnosis_count": 5}, "task": "other"}', 404, "unknown_task", id="an unknown task"),
        pytest.param("[]", 422, "invalid_request", id="a list for an object"),
        pytest.param('"x"', 422, "invalid_request", id="a text for an object"),
        pytest.param("null", 422, "invalid_request", id="null for an object"),
        pytest.param("{", 400, "malformed_request", id="half an object"),
        pytest.param("", 400, "malformed_request", id="nothing"),
        pytest.param(b"\xff\xfe", 400, "malformed_request", id="no text"),
        pytest.param("[" * 50_000, 400, "malformed_request", id="fifty thousand brackets"),
        pytest.param('{"inputs": {"diagnosis_count": ' + BIG + "}}", 400, "malformed_request", id="5000 digits"),
        pytest.param(
            '{"inputs": {"diagnosis_count": 5}, "task": "\\ud800"}', 400, "malformed_request", id="half a character"
        ),
        pytest.param('{"inputs": {"\\ud800": 5}}', 400, "malformed_request", id="half a character for a feature"),
    ],
)
def test_a_wrong_question_is_refused_and_explained(asked: FederationSimulator, body, status: int, code: str):
    response = infer_global(asked, body)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code), problem
    assert problem["detail"]
    assert problem["hint"]
    assert len(response.content) <= 4096


def test_a_body_that_is_too_long_is_refused(asked: FederationSimulator):
    response = infer_global(asked, b" " * (2**20 + 1))
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


def test_unknown_hospital_no_model_yet_wrong_role_and_no_token(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    def ask(path: str, headers, **body):
        answer = federation.http.post(path, json={"inputs": {"diagnosis_count": 5}, **body}, headers=headers)
        return answer.status_code, answer.json()["code"]

    federation.enrol("MTRH")
    assert ask("/infer", federation.analyst, envoy_name="Nowhere") == (404, "unknown_envoy")
    assert ask("/infer", federation.analyst, envoy_name="KUTRRH") == (409, "no_model_yet")
    assert ask("/infer_global", federation.analyst) == (409, "no_model_yet")
    assert ask("/infer", hospital.headers, envoy_name="MTRH") == (403, "forbidden")
    assert ask("/infer", {}, envoy_name="KUTRRH") == (401, "unauthenticated")
    assert ask("/infer_global", {}) == (401, "unauthenticated")


def test_a_new_version_answers_as_soon_as_it_is_published(federation: FederationSimulator, hospital: SimulatedHospital):
    answers = []
    for nudge in (1, 2):
        hospital.train_and_upload(nudge)
        made = federation.aggregate().json()
        answer = infer_global(federation, {"inputs": {"diagnosis_count": 9}}).json()["model"]
        assert answer["sha256"] == made["sha256"]
        answers.append(answer["version"])
    assert answers == [1, 2]


def test_the_log_of_inferences_holds_no_input(asked: FederationSimulator):
    infer_global(asked, {"inputs": {"diagnosis_count": 73219}})
    line = asked.file("logs", "inference.log").read_text().splitlines()[-1]
    assert json.loads(line)["model"]["scope"] == "global"
    assert json.loads(line)["caller"].startswith("analyst:")
    assert "73219" not in line
    assert "diagnosis_count" in line  # the task's name, so that the absence above means something


def test_the_log_of_inferences_follows_its_rotation(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.train_and_upload()
    log = federation.file("logs", "inference.log")
    hospital.infer({"diagnosis_count": 1})
    log.rename(log.with_suffix(".1"))
    federation.director._inference_log._looked = 0  # a second later
    hospital.infer({"diagnosis_count": 2})
    assert [len(path.read_text().splitlines()) for path in (log.with_suffix(".1"), log)] == [1, 1]


def test_every_answer_has_the_form_of_the_message(asked: FederationSimulator):
    for wanted in (True, False):
        body = {"inputs": {"diagnosis_count": 9}, "probabilities": wanted}
        Prediction.model_validate_json(infer_global(asked, body).content)
    batch = asked.http.post("/infer_global/batch", json={"inputs": [{"diagnosis_count": 9}] * 3}, headers=asked.analyst)
    assert len(BatchPrediction.model_validate_json(batch.content).items) == 3


# --- many rows --------------------------------------------------------------------------------------------------------


def singles(federation: FederationSimulator, counts) -> list[dict]:
    return [infer_global(federation, {"inputs": {"diagnosis_count": int(count)}}).json() for count in counts]


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


@pytest.mark.parametrize(
    ("body", "status", "code", "row"),
    [
        pytest.param("diagnosis_count\n1\nx\n3\n", 422, "invalid_input", 2, id="a text in row 2"),
        pytest.param("diagnosis_count\n1\n2\nnan\n", 422, "invalid_input", 3, id="nan in row 3"),
        pytest.param("diagnosis_count\n-4\n", 422, "invalid_input", 1, id="a negative count"),
        pytest.param("diagnosis_count\n1e999\n", 422, "invalid_input", 1, id="1e999"),
        pytest.param("diagnosis_count\n1.5\n", 422, "invalid_input", 1, id="half a diagnosis"),
        pytest.param("diagnosis_count\n1,2\n", 400, "malformed_request", 1, id="a value too many"),
        pytest.param("diagnosis_count\n1\n\n3\n", 422, "invalid_input", 2, id="an empty row"),
        pytest.param("age\n1\n", 422, "invalid_input", None, id="another feature"),
        pytest.param("diagnosis_count,diagnosis_count\n1,1\n", 400, "malformed_request", None, id="a feature twice"),
        pytest.param("diagnosis_count\n", 400, "malformed_request", None, id="no rows"),
        pytest.param("", 422, "invalid_input", None, id="nothing"),
        pytest.param(b"\xff\xfe\n1\n", 400, "malformed_request", None, id="no text"),
        pytest.param("diagnosis_count\n" + "1\n" * 100_001, 413, "too_large", None, id="a row too many"),
    ],
)
def test_a_wrong_csv_is_refused_with_its_row(asked: FederationSimulator, body, status: int, code: str, row: int | None):
    headers = {**asked.analyst, "Content-Type": "text/csv"}
    response = asked.http.post("/infer_global/batch", content=body, headers=headers)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code), problem
    assert problem["facts"].get("row") == row


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param({"inputs": []}, 422, "invalid_request", id="no rows"),
        pytest.param({"inputs": [{"diagnosis_count": 1}, {"diagnosis_count": "x"}]}, 422, "invalid_input", id="a text"),
        pytest.param({"inputs": [{"diagnosis_count": 1}, {}]}, 422, "invalid_input", id="a missing feature"),
        pytest.param({"inputs": [1]}, 422, "invalid_request", id="a number for a row"),
    ],
)
def test_a_wrong_json_batch_is_refused(asked: FederationSimulator, body, status: int, code: str):
    response = asked.http.post("/infer_global/batch", json=body, headers=asked.analyst)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_a_hospital_may_not_ask_for_another_ones_batch(asked: FederationSimulator):
    own = asked.hospitals["KNH"]
    body = {"envoy_name": "MTRH", "inputs": [{"diagnosis_count": 1}]}
    assert own.http.post("/infer/batch", json=body, headers=own.headers).status_code == 403
    headers = {**own.headers, "Content-Type": "text/csv"}
    assert (
        own.http.post("/infer/batch?envoy_name=MTRH", content="diagnosis_count\n1", headers=headers).status_code == 403
    )


def test_decimals_are_written_as_python_would(asked: FederationSimulator):
    from director.inference.batch import _decimals

    values = np.array([0.0, 1.0, 0.5, 1 / 3, 1e-9, 1 - 1e-9, 4.9e-10])
    texts = [bytes(row).decode() for row in _decimals(values)]
    assert texts == [f"{value:.9f}" for value in values]
