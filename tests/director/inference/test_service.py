"""Asking for risk levels: one row and many, and everything that can be wrong with a question."""

import pytest

from contract.messages.inference import BatchPrediction, Prediction
from tests.federation_simulator import FederationSimulator, SimulatedHospital

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
    response = asked.infer_global(body)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code), problem
    assert problem["detail"]
    assert problem["hint"]
    assert len(response.content) <= 4096


def test_a_body_that_is_too_long_is_refused(asked: FederationSimulator):
    response = asked.infer_global(b" " * (2**20 + 1))
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


def test_every_answer_has_the_form_of_the_message(asked: FederationSimulator):
    for wanted in (True, False):
        body = {"inputs": {"diagnosis_count": 9}, "probabilities": wanted}
        Prediction.model_validate_json(asked.infer_global(body).content)
    batch = asked.http.post("/infer_global/batch", json={"inputs": [{"diagnosis_count": 9}] * 3}, headers=asked.analyst)
    assert len(BatchPrediction.model_validate_json(batch.content).items) == 3


# --- many rows --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "code", "row"),
    [
        pytest.param("diagnosis_count\n1\nx\n3\n", 422, "invalid_input", 2, id="a text in row 2"),
        pytest.param("diagnosis_count\n1\n2\nnan\n", 422, "invalid_input", 3, id="nan in row 3"),
        pytest.param("diagnosis_count\n-4\n", 422, "invalid_input", 1, id="a negative count"),
        pytest.param("diagnosis_count\n1e999\n", 422, "invalid_input", 1, id="1e999"),
        pytest.param("diagnosis_count\n1.5\n", 422, "invalid_input", 1, id="half a diagnosis"),
        pytest.param("diagnosis_count\n1,2\n", 400, "malformed_request", 1, id="a value too many"),
        pytest.param("diagnosis_count\n1\n\n3\n", 400, "malformed_request", 2, id="an empty row"),
        pytest.param("age\n1\n", 422, "invalid_input", None, id="another feature"),
        pytest.param("diagnosis_count,diagnosis_count\n1,1\n", 400, "malformed_request", None, id="a feature twice"),
        pytest.param("diagnosis_count\n", 400, "malformed_request", None, id="no rows"),
        pytest.param("", 400, "malformed_request", None, id="nothing"),
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
