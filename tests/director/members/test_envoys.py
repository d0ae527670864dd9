"""The hospitals of the federation: their names, what is seen of them, what disabling one does."""

import pytest

from contract.names import EnvoyName
from director.errors import ConflictError, UnknownEnvoyError
from director.members import envoys
from director.members.envoys import add_envoy
from director.members.events import EnvoyAdded, EnvoyDisabled
from tests.federation_simulator import FederationSimulator, SimulatedHospital


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


def test_the_staff_of_a_disabled_hospital_is_shut_out_until_it_is_enabled(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    staff = federation.token("staff", envoy=EnvoyName("KUTRRH"), person="Jane Wanjiru")
    statuses = []
    for verb in ("", "/disable", "/enable"):
        if verb:
            federation.http.post(f"/envoys/KUTRRH{verb}", headers=federation.admin)
        statuses.append(federation.http.get("/tasks", headers={"Authorization": f"Bearer {staff}"}).status_code)
    assert statuses == [200, 401, 200]


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


# --- found, admitted, disabled ----------------------------------------------------------------------------------------

KNH = EnvoyName("KNH")


def test_a_hospital_is_found_without_regard_to_case_and_an_unknown_one_is_named(federation: FederationSimulator):
    with federation.director.ledger.act("admin:cli") as act:
        added = add_envoy(act, KNH)
        assert envoys.envoy_named(act.session, EnvoyName("kNh")) is added
        with pytest.raises(UnknownEnvoyError, match="Nobody") as refused:
            envoys.envoy_named(act.session, EnvoyName("Nobody"))
    assert refused.value.facts == {"envoy_name": "Nobody"}


def test_a_hospital_that_is_there_is_given_back_and_admitted_once(federation: FederationSimulator):
    with federation.director.ledger.act("admin:cli") as act:
        assert add_envoy(act, KNH) is add_envoy(act, KNH)
        assert act.told == [EnvoyAdded(envoy=KNH)]


def test_a_hospital_is_disabled_once_and_its_name_stays_taken(federation: FederationSimulator):
    with federation.director.ledger.act("admin:cli") as act:
        row = add_envoy(act, KNH)
        for _ in range(2):
            assert envoys.disable_envoy(act, EnvoyName("knh")) is row
        assert act.told == [EnvoyAdded(envoy=KNH), EnvoyDisabled(envoy=KNH)]
        assert row.disabled_at == federation.clock.now
        with pytest.raises(ConflictError, match="KNH is disabled"):
            add_envoy(act, KNH)


def test_a_name_that_differs_in_case_alone_is_taken(federation: FederationSimulator):
    with federation.director.ledger.act("admin:cli") as act:
        add_envoy(act, KNH)
        with pytest.raises(ConflictError, match="upper and lower case"):
            add_envoy(act, EnvoyName("knh"))
