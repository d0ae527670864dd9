"""When the merged scaler and the start move: not with each report, so that nobody learns another's by difference."""

from pathlib import Path
from typing import Any

import pytest

from tests.federation_simulator import FederationSimulator, SimulatedHospital

NAMES = ("KUTRRH", "MTRH", "KNH")


@pytest.fixture
def federation(tmp_path: Path):
    with FederationSimulator(tmp_path / "data", strategy="fedavg") as simulator:
        yield simulator


@pytest.fixture
def hospitals(federation: FederationSimulator) -> list[SimulatedHospital]:
    return [federation.enrol(name) for name in NAMES]


def report(hospital: SimulatedHospital, number: int, mean: float = 9.0) -> Any:
    body = {"num_examples": number, "mean": [mean], "m2": [number * 30.0]}
    response = hospital.http.post(f"/statistics/{hospital.name}", json=body, headers=hospital.headers)
    assert response.status_code in (201, 202), response.text
    return response.json()


def moves(hospital: SimulatedHospital, act: Any) -> bool:
    before = hospital.start()
    act()
    return hospital.start() != before


def post(federation: FederationSimulator, path: str, **body: Any) -> None:
    response = federation.http.post(path, json=body or None, headers=federation.admin)
    assert response.status_code in (200, 201), response.text


def test_before_the_first_version_it_moves_when_the_last_enabled_hospital_has_reported(federation, hospitals):
    assert not moves(hospitals[0], lambda: report(hospitals[0], 50))
    assert not moves(hospitals[0], lambda: report(hospitals[1], 60))
    assert hospitals[0].start()["scaler_sha256"] is None
    assert moves(hospitals[0], lambda: report(hospitals[2], 70))
    assert hospitals[0].start()["scaler_sha256"] is not None


def test_it_does_not_move_with_each_further_report(federation, hospitals):
    for each in hospitals:
        report(each, 50)
    assert not moves(hospitals[0], lambda: report(hospitals[1], 55, 8.0))
    newcomer = federation.enrol("Embu")
    assert not moves(hospitals[0], lambda: report(hospitals[2], 56, 8.5))
    assert moves(hospitals[0], lambda: report(newcomer, 40))


def test_after_the_first_version_no_report_moves_it_but_a_version_and_a_rollback_do(federation, hospitals):
    for each in hospitals:
        report(each, 50)
        each.train_and_upload(1)
    assert moves(hospitals[0], lambda: post(federation, "/aggregations", task="diagnosis_count"))
    newcomer = federation.enrol("Embu")
    for each in (*hospitals, newcomer):
        assert not moves(hospitals[0], lambda each=each: report(each, 77, 7.0))
    for each in hospitals:
        each.train_and_upload(2)
    assert moves(hospitals[0], lambda: post(federation, "/aggregations", task="diagnosis_count"))
    assert moves(hospitals[0], lambda: post(federation, "/global_models/1/publish"))


@pytest.mark.parametrize("has_version", [False, True])
def test_it_moves_where_an_admin_says_so_or_decides_about_a_hospital_or_a_report(federation, hospitals, has_version):
    for each in hospitals:
        report(each, 50)
        each.train_and_upload(1)
    if has_version:
        post(federation, "/aggregations", task="diagnosis_count")
    for number, each in enumerate(hospitals):
        report(each, 60 + number, 8.0)
    assert moves(hospitals[0], lambda: post(federation, "/tasks/diagnosis_count/start"))
    assert not moves(hospitals[0], lambda: post(federation, "/tasks/diagnosis_count/start"))
    assert moves(hospitals[0], lambda: post(federation, "/envoys/KNH/disable"))
    assert moves(hospitals[0], lambda: post(federation, "/envoys/KNH/enable"))
    reason = {"reason": "a wrong column"}
    assert moves(hospitals[0], lambda: post(federation, "/statistics/MTRH/2/reject", **reason))


def test_it_does_not_move_when_the_director_starts_anew(federation, hospitals):
    for each in hospitals:
        report(each, 50)
    report(hospitals[1], 90, 5.0)
    assert not moves(hospitals[0], federation.restart)


def test_a_disabled_hospital_that_is_enabled_again_may_upload(federation, hospitals):
    post(federation, "/envoys/KNH/disable")
    assert hospitals[2].http.get("/envoys/KNH", headers=hospitals[2].headers).status_code == 401
    post(federation, "/envoys/KNH/enable")
    assert hospitals[2].train_and_upload(1)["verdict"] == "admitted"
    acts = federation.http.get("/audit?subject=KNH", headers=federation.admin).json()["items"]
    assert [each["act"] for each in acts][:1] != []
    assert "envoy.enable" in [each["act"] for each in acts]
