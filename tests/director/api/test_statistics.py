"""Reports of statistics over HTTP: kept, the same again, in quarantine, and what a person decides about one."""

from typing import Any

from tests.director.api.pages import every_item
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def report(hospital: SimulatedHospital, mean: float) -> dict[str, Any]:
    own = hospital.own_scaler
    return {"num_examples": own.num_examples, "mean": [mean], "m2": own.m2}


def send(hospital: SimulatedHospital, mean: float) -> tuple[int, str]:
    answer = hospital.http.post(f"/statistics/{hospital.name}", json=report(hospital, mean), headers=hospital.headers)
    return answer.status_code, answer.json()["verdict"]


def test_a_report_is_kept_known_again_or_kept_in_quarantine(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
) -> None:
    first = five_hospitals[0]
    mean = first.own_scaler.mean[0]
    assert send(first, mean) == (200, "admitted")
    assert send(first, mean + 1) == (201, "admitted")
    assert send(federation.enrol("Newcomer"), 500.0) == (202, "quarantined")


def test_a_person_releases_or_rejects_a_report_with_a_reason(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
) -> None:
    send(federation.enrol("Newcomer"), 500.0)
    for verb, verdict in (("release", "admitted"), ("reject", "rejected")):
        path, reason = f"/statistics/newcomer/1/{verb}", {"reason": "seen"}
        assert federation.http.post(path, headers=federation.admin).status_code == 422
        decided = federation.http.post(path, json=reason, headers=federation.admin)
        assert (decided.status_code, decided.json()["verdict"]) == (200, verdict)
        assert decided.json()["decision"]["reason"] == "seen"
    missing = federation.http.post("/statistics/Newcomer/2/release", json={"reason": "seen"}, headers=federation.admin)
    assert missing.status_code == 404


def test_reports_are_listed_in_pages_and_a_hospital_sees_its_own(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
) -> None:
    everybodys = every_item(federation.http, "/statistics", federation.admin, limit=2)
    assert [each["envoy_name"] for each in everybodys] == [each.name for each in reversed(five_hospitals)]
    own = every_item(federation.http, "/statistics", five_hospitals[0].headers, limit=2, task="diagnosis_count")
    assert [each["envoy_name"] for each in own] == [five_hospitals[0].name]
