"""The hospitals of the federation: their names, what is seen of them, what disabling one does."""

import pytest
from federation_simulator import FederationSimulator, SimulatedHospital


@pytest.mark.parametrize("name", ["", "-KNH", "K NH", "K/NH", "..", "con", "LPT1", "K" * 64, "KNH\n", "K\u00e9nya"])
def test_a_name_that_is_no_folder_everywhere_is_refused(federation: FederationSimulator, name: str):
    response = federation.http.post("/envoys", json={"envoy_name": name}, headers=federation.admin)
    assert response.status_code == 422


def test_names_are_unique_without_regard_to_case(federation: FederationSimulator):
    federation.enrol("KNH")
    response = federation.http.post("/envoys", json={"envoy_name": "knh"}, headers=federation.admin)
    assert (response.status_code, response.json()["code"]) == (409, "conflict")


def test_a_disabled_hospital_is_shut_out_and_its_model_left_out(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    for each in five_hospitals:
        each.train_and_upload()
    assert federation.http.post("/envoys/MTRH/disable", headers=federation.admin).json()["state"] == "disabled"
    mtrh = federation.hospitals["MTRH"]
    assert mtrh.http.get("/tasks", headers=mtrh.headers).status_code == 401
    names = [each["envoy_name"] for each in federation.aggregate().json()["inputs"]]
    assert names == ["Embu", "KNH", "KUTRRH", "Mbagathi"]


def test_each_role_sees_of_the_hospitals_what_it_may(federation: FederationSimulator, hospital: SimulatedHospital):
    federation.enrol("MTRH")
    hospital.train_and_upload()
    seen = {
        role: federation.http.get("/envoys", headers=headers).json()["items"]
        for role, headers in (
            ("admin", federation.admin),
            ("analyst", federation.analyst),
            ("hospital", hospital.headers),
        )
    }
    assert [each["envoy_name"] for each in seen["admin"]] == ["KUTRRH", "MTRH"]
    assert [each["state"] for each in seen["admin"]] == ["active", "active"]
    assert [(each["envoy_name"], each["state"]) for each in seen["analyst"]] == [("KUTRRH", None), ("MTRH", None)]
    assert [each["envoy_name"] for each in seen["hospital"]] == ["KUTRRH"]
    assert seen["analyst"][0]["current"][0]["version"] == 1
    assert hospital.http.get("/envoys/MTRH", headers=hospital.headers).status_code == 403
