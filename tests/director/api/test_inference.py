"""Questions over HTTP: JSON in and JSON out, CSV in and CSV out, and what each of the two says where."""

import json
from collections.abc import Iterator

import pytest

from contract.messages.base import MAX_BATCH_ROWS
from director.api.pieces import WHOLE_BYTES
from tests.federation_simulator import FederationSimulator, SimulatedHospital

CSV = {"Content-Type": "text/csv"}
PATHS = ("/infer/batch", "/infer_global/batch")


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedHospital]:
    """One hospital whose model is the current one, and the global one's only part; nothing here changes it."""
    with FederationSimulator(tmp_path_factory.mktemp("asked") / "director") as federation:
        hospital = federation.enrol("KUTRRH")
        hospital.train_and_upload()
        assert federation.aggregate().status_code == 201
        yield hospital


@pytest.mark.parametrize("path", PATHS)
def test_a_batch_is_answered_in_the_form_in_which_it_came(hospital: SimulatedHospital, path: str) -> None:
    query = {"envoy_name": hospital.name} if path == "/infer/batch" else {}
    rows = [{"diagnosis_count": each} for each in (1, 30)]
    as_json = hospital.http.post(path, json={**query, "inputs": rows}, headers=hospital.headers)
    headers = {**hospital.headers, "Content-Type": "Text/CSV; charset=utf-8"}
    as_csv = hospital.http.post(path, params=query, content="diagnosis_count\n1\n30\n", headers=headers)
    assert as_json.headers["content-type"] == "application/json"
    assert as_csv.headers["content-type"].startswith("text/csv")
    levels = [line.split(",")[0] for line in as_csv.text.splitlines()[1:]]
    assert levels == [each["risk_level"] for each in as_json.json()["items"]]
    model = as_json.json()["model"]
    for answer in (as_json, as_csv):
        assert (answer.headers["Model-Version"], answer.headers["Model-SHA256"]) == ("1", model["sha256"])


@pytest.mark.parametrize("path", PATHS)
def test_a_query_goes_with_a_table_only(hospital: SimulatedHospital, path: str) -> None:
    body = {"inputs": [{"diagnosis_count": 1}]}
    answer = hospital.http.post(path, params={"probabilities": "false"}, json=body, headers=hospital.headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert "JSON body" in answer.json()["hint"]


def test_a_table_for_one_hospital_needs_its_name_and_knows_no_other_field(hospital: SimulatedHospital) -> None:
    headers = {**hospital.headers, **CSV}
    for path in (
        "/infer/batch",
        "/infer/batch?envoy_name=KUTRRH&shoe_size=44",
        "/infer_global/batch?envoy_name=KUTRRH",
    ):
        answer = hospital.http.post(path, content="diagnosis_count\n1\n", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), path


def test_a_body_that_is_no_json_is_malformed_and_one_of_another_form_does_not_fit(hospital: SimulatedHospital) -> None:
    for path in ("/infer", "/infer_global", *PATHS):
        malformed = hospital.http.post(path, content=b"{", headers=hospital.headers)
        assert (malformed.status_code, malformed.json()["code"]) == (400, "malformed_request")
        unfit = hospital.http.post(path, json={"inputs": 7}, headers=hospital.headers)
        assert (unfit.status_code, unfit.json()["code"]) == (422, "invalid_request")
        assert unfit.json()["detail"].startswith("inputs: ")


def large(rows: list[dict[str, object]], **fields: object) -> bytes:
    """A batch that is read in pieces."""
    body = json.dumps({**fields, "inputs": rows}).encode()
    assert len(body) > WHOLE_BYTES
    return body


def test_a_large_batch_is_answered_row_by_row_as_a_table_of_the_same_is(hospital: SimulatedHospital) -> None:
    counts = [1 + each % 60 for each in range(MAX_BATCH_ROWS)]
    body = large([{"diagnosis_count": each} for each in counts], probabilities=False)
    as_json = hospital.http.post("/infer_global/batch", content=body, headers=hospital.headers)
    table = "diagnosis_count\n" + "\n".join(map(str, counts))
    headers = {**hospital.headers, **CSV}
    as_csv = hospital.http.post("/infer_global/batch?probabilities=false", content=table, headers=headers)
    assert [each["risk_level"] for each in as_json.json()["items"]] == as_csv.text.split()[1:]


@pytest.mark.parametrize(
    ("wrong", "status", "says"),
    [
        ({"diagnosis_count": -1}, 422, "Row 40001: Feature diagnosis_count is outside"),
        ({"diagnosis_count": None}, 422, "Row 40001: Feature diagnosis_count is null"),
        ({"other": 1}, 422, "Row 40001: The input of task diagnosis_count lacks"),
        ({"diagnosis_count": [1]}, 422, "Of more than 262,144 bytes, a batch is"),
        ({"\ud800": 1}, 400, "Invalid JSON"),
    ],
)
def test_what_is_wrong_far_inside_a_large_batch_is_named(
    hospital: SimulatedHospital, wrong: dict[str, object], status: int, says: str
) -> None:
    rows: list[dict[str, object]] = [{"diagnosis_count": 7} for _ in range(60_000)]
    body = large([*rows[:40_000], wrong, *rows[40_000:]])
    answer = hospital.http.post("/infer_global/batch", content=body, headers=hospital.headers)
    assert answer.status_code == status
    assert says in answer.json()["detail"]


def test_a_large_batch_of_too_many_rows_or_of_another_hospitals_model_is_refused(hospital: SimulatedHospital) -> None:
    rows: list[dict[str, object]] = [{"diagnosis_count": 7} for _ in range(MAX_BATCH_ROWS + 1)]
    too_many = hospital.http.post("/infer_global/batch", content=large(rows), headers=hospital.headers)
    assert (too_many.status_code, too_many.json()["code"]) == (422, "invalid_request")
    other = large(rows[:-1], envoy_name="Another")
    assert hospital.http.post("/infer/batch", content=other, headers=hospital.headers).status_code == 403


def test_a_long_question_is_parsed_in_its_turn(hospital: SimulatedHospital) -> None:
    for path, fields in (("/infer", {"envoy_name": hospital.name}), ("/infer_global", {})):
        for inputs, status in (({"diagnosis_count": 7}, 200), ({"diagnosis_count": -7}, 422)):
            body = json.dumps({**fields, "inputs": inputs}).encode() + b" " * 70_000
            assert hospital.http.post(path, content=body, headers=hospital.headers).status_code == status
