"""Questions over HTTP: JSON in and JSON out, CSV in and CSV out, and what each of the two says where."""

from collections.abc import Iterator

import pytest

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
