"""Tasks and starts over HTTP."""

from contract.names import Digest
from contract.tasks import BUILT_IN_TASKS
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_a_task_is_described_as_it_is_listed(federation: FederationSimulator) -> None:
    listed = federation.http.get("/tasks", headers=federation.analyst).json()
    assert listed["next"] is None
    assert {each["name"] for each in listed["items"]} == set(BUILT_IN_TASKS)
    for each in listed["items"]:
        assert federation.http.get(f"/tasks/{each['name']}", headers=federation.analyst).json() == each


def test_a_start_names_files_that_a_hospital_can_fetch(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
) -> None:
    hospital = five_hospitals[0]
    start = hospital.start()
    for digest in (start["model_sha256"], start["scaler_sha256"]):
        answer = federation.http.get(f"/blobs/{digest}", headers=hospital.headers)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert Digest.of(answer.content) == digest
    assert federation.http.get(f"/blobs/{digest.upper()}", headers=hospital.headers).status_code == 422
    assert federation.http.get("/tasks/diagnosis_count/start", headers=federation.admin).status_code == 403


def test_the_admin_alone_lets_the_start_follow_the_reports(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
) -> None:
    first = five_hospitals[0]
    first.counts = first.counts + 1
    first.send_statistics()
    before = first.start()
    for headers in (first.headers, federation.analyst):
        assert federation.http.post("/tasks/diagnosis_count/start", headers=headers).status_code == 403
    assert first.start() == before
    moved = federation.http.post("/tasks/diagnosis_count/start", headers=federation.admin)
    assert (moved.status_code, moved.json()) == (200, first.start())
    assert first.start()["scaler_sha256"] != before["scaler_sha256"]
    assert federation.http.post("/tasks/no_such/start", headers=federation.admin).status_code == 404
