"""What a hospital counts for, over HTTP: claims, statistics, what the admin expects, and who may know."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.director.models.test_moving_on import enrolled
from tests.federation_simulator import FederationSimulator, SimulatedHospital


@pytest.fixture
def federation(tmp_path: Path):
    with FederationSimulator(tmp_path / "data", strategy="fedavg") as simulator:
        yield simulator


def upload_claiming(hospital: SimulatedHospital, number: int, nudge: int = 1) -> None:
    parcel = hospital.parcel(nudge)
    parcel.metadata["num_examples"] = number
    assert hospital.upload(parcel).status_code == 201


def preview(federation: FederationSimulator) -> dict[str, Any]:
    response = federation.aggregate(dry_run=True)
    assert response.status_code == 200, response.text
    return dict(response.json())


def counted(model: dict[str, Any]) -> dict[str, int]:
    return {each["envoy_name"]: each["counted_examples"] for each in model["inputs"]}


def test_sixteen_reported_patients_are_no_ten_million(federation):
    hospitals = enrolled(federation, 3, patients=50)
    liar = federation.enrol("Liar", 16)
    liar.send_statistics()
    for each in hospitals:
        each.train_and_upload(1)
    upload_claiming(liar, 9_999_999)
    found = preview(federation)
    assert counted(found)["Liar"] == 16
    (part,) = (each for each in found["inputs"] if each["envoy_name"] == "Liar")
    assert (part["num_examples"], part["bound"]) == (9_999_999, "its newest statistics")


@pytest.mark.parametrize("number", [2, 3, 5])
def test_nobody_weighs_more_than_half_whatever_it_claims_and_reports(federation, number):
    hospitals = enrolled(federation, number)
    report = {"num_examples": 10_000_000, "mean": [9.0], "m2": [4e8]}
    hospitals[0].http.post(f"/statistics/{hospitals[0].name}", json=report, headers=hospitals[0].headers)
    upload_claiming(hospitals[0], 10_000_000)
    for each in hospitals[1:]:
        each.train_and_upload(1)
    weights = {each["envoy_name"]: each["weight"] for each in preview(federation)["inputs"]}
    assert weights[hospitals[0].name] <= 0.5


def test_with_two_hospitals_of_other_sizes_the_preview_says_what_it_costs_and_how_to_say_otherwise(federation):
    large, small = federation.enrol("Large", 200), federation.enrol("Small", 20)
    for each in (large, small):
        each.send_statistics()
        each.train_and_upload(1)
    found = preview(federation)
    assert counted(found) == {"Large": 20, "Small": 20}
    notes = " ".join(found["notes"])
    assert "Large counts as 20 of the 200 examples" in notes
    assert "fl-director envoy expect Large 200" in notes
    assert "Below 4 hospitals" in notes
    said = federation.http.put("/envoys/Large/expectation", json={"num_examples": 200}, headers=federation.admin)
    assert said.status_code == 200
    assert counted(preview(federation)) == {"Large": 200, "Small": 20}


def test_an_expectation_bounds_a_claim_is_audited_and_shown_to_the_hospital_alone(federation):
    code = federation.http.post(
        "/envoys", json={"envoy_name": "Embu", "expected_examples": 30}, headers=federation.admin
    )
    assert code.status_code == 201
    hospitals = enrolled(federation, 3)
    embu = federation.enrol("Embu", 50)  # a new code leaves what is expected
    embu.send_statistics()
    for each in (*hospitals, embu):
        each.train_and_upload(1)
    found = preview(federation)
    assert counted(found)["Embu"] == 30
    (told,) = federation.http.get("/audit?act=envoy.expect", headers=federation.admin).json()["items"]
    assert (told["subject"], told["facts"]) == ("Embu", {"num_examples": 30})
    shown = federation.http.get("/envoys/Embu/expectation", headers=embu.headers)
    assert shown.json() == {"envoy_name": "Embu", "num_examples": 30}
    assert federation.http.get("/envoys/Embu/expectation", headers=hospitals[0].headers).status_code == 403
    listed = federation.http.get("/envoys/Embu", headers=federation.admin).json()
    assert listed["expected_examples"] == 30
    assert "expected_examples" not in embu.http.get("/envoys/Embu", headers=embu.headers).json()


def test_which_bound_bit_stands_in_the_lineage_of_the_version(federation):
    hospitals = enrolled(federation, 3)
    for each in hospitals[1:]:
        each.train_and_upload(1)
    upload_claiming(hospitals[0], 10_000)
    version = federation.aggregate().json()["version"]
    shown = federation.http.get(f"/global_models/{version}", headers=federation.analyst).json()
    assert {each["envoy_name"]: each["bound"] for each in shown["inputs"]}["KUTRRH"] == "its newest statistics"
    card = json.loads(federation.file("aggregated", "card.json").read_text())
    assert {each["counted_examples"] for each in card["inputs"]} == {50}


def test_a_report_that_waits_in_quarantine_bounds_nothing_and_the_one_before_does(federation):
    hospitals = enrolled(federation, 5)
    odd = {"num_examples": 20, "mean": [90_000.0], "m2": [20.0]}
    sent = hospitals[0].http.post("/statistics/KUTRRH", json=odd, headers=hospitals[0].headers)
    assert sent.json()["verdict"] == "quarantined"
    for each in hospitals:
        each.train_and_upload(1)
    assert counted(preview(federation))["KUTRRH"] == 50
