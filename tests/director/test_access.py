"""Who may come in: tokens, one-time codes, roles."""

from datetime import timedelta

import pytest
from fastapi import APIRouter
from federation_simulator import FederationSimulator, SimulatedHospital

from contract.names import EnvoyName
from director.api.guard import GuardedRoute
from director.app import RESOURCES
from director.members import registry, tokens
from director.members.access import LOCAL_ADMIN, POLICY


def call(federation: FederationSimulator, authorization: str | bytes | None):
    headers = {"Authorization": authorization} if authorization is not None else {}
    return federation.http.get("/tasks", headers=headers)


def test_every_route_has_a_policy_and_every_policy_a_route():
    operations = {route.name for resource in RESOURCES for route in resource.router.routes}
    assert operations == set(POLICY)


def test_a_route_without_a_policy_can_not_be_made():
    router = APIRouter(route_class=GuardedRoute)
    with pytest.raises(LookupError, match="read_minds"):

        @router.get("/minds")
        def read_minds() -> str:
            return ""


def test_unknown_wrong_expired_and_revoked_tokens_look_the_same(federation: FederationSimulator):
    short = federation.token("analyst", holds=timedelta(minutes=5))
    revoked = federation.token("analyst")
    with federation.director.database.write() as session:
        listed = [each for each in tokens.list_tokens(session) if each.role == "analyst"]
        assert len(listed) == 2
        for each in listed:
            if each.expires_at - each.created_at > timedelta(hours=1):
                tokens.revoke_token(session, each.id, now=federation.clock(), actor="test")
    federation.director.refresh()
    assert call(federation, f"Bearer {short}").status_code == 200
    federation.clock.pass_by(minutes=6)
    answers = [
        call(federation, authorization)
        for authorization in (
            None,
            "",
            "Bearer",
            "Bearer ",
            "Bearer fld_nobody",
            f"Basic {short}",
            f"Bearer {short}",
            f"Bearer {revoked}",
            b"Bearer \xff\xfe",
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert all(body == bodies[0] for body in bodies)


def test_a_code_joins_once(federation: FederationSimulator):
    code = federation.http.post("/envoys", json={"envoy_name": "KNH"}, headers=federation.admin).json()["code"]
    first = federation.http.post("/join", json={"code": code})
    again = federation.http.post("/join", json={"code": code})
    assert (first.status_code, first.json()["role"], first.json()["envoy_name"]) == (201, "hospital", "KNH")
    assert (again.status_code, again.json()["code"]) == (401, "unauthenticated")


def test_a_code_expires(federation: FederationSimulator):
    code = federation.http.post("/envoys", json={"envoy_name": "KNH"}, headers=federation.admin).json()["code"]
    federation.clock.pass_by(hours=73)
    # the admin's own token holds for longer than the code
    assert federation.http.post("/join", json={"code": code}).status_code == 401


def test_a_new_code_takes_the_place_of_the_old_one(federation: FederationSimulator):
    old, new = (
        federation.http.post("/envoys", json={"envoy_name": "KNH"}, headers=federation.admin).json()["code"]
        for _ in range(2)
    )
    assert federation.http.post("/join", json={"code": old}).status_code == 401
    assert federation.http.post("/join", json={"code": new}).status_code == 201


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


def test_the_last_use_of_a_token_is_noted(federation: FederationSimulator, hospital: SimulatedHospital):
    federation.clock.pass_by(hours=1)
    hospital.start()
    federation.director.note_use()
    with federation.director.database.read() as session:
        assert {each.last_used_at for each in tokens.list_tokens(session) if each.envoy_name == "KUTRRH"} == {
            federation.clock.now
        }
        row = registry.envoy_named(session, EnvoyName("KUTRRH"))
        described = registry.describe_envoy(session, row, LOCAL_ADMIN)
    assert described.last_seen_at == federation.clock.now


def test_no_secret_lies_in_the_data_folder(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.train_and_upload()
    hospital.infer({"diagnosis_count": 4})
    federation.director.note_use()
    secret = hospital.token.encode()
    for path in federation.folder.rglob("*"):
        assert not path.is_file() or secret not in path.read_bytes(), path


def test_a_join_whose_answer_was_lost_may_be_repeated_by_its_sender(federation: FederationSimulator):
    code = federation.http.post("/envoys", json={"envoy_name": "KNH"}, headers=federation.admin).json()["code"]

    def join(key: str):
        return federation.http.post("/join", json={"code": code}, headers={"Idempotency-Key": key})

    lost, repeated = join("mine"), join("mine")
    assert (lost.status_code, repeated.status_code) == (201, 201)
    tokens_hold = [call(federation, f"Bearer {each.json()['token']}").status_code for each in (lost, repeated)]
    assert tokens_hold == [401, 200]
    assert join("a thief's").status_code == 401
    federation.clock.pass_by(minutes=16)
    assert join("mine").status_code == 401


def test_disabling_a_hospital_takes_its_statistics_out_of_the_start(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    before = five_hospitals[0].start()
    federation.http.post("/envoys/MTRH/disable", headers=federation.admin)
    assert five_hospitals[0].start()["scaler_sha256"] != before["scaler_sha256"]


def test_the_data_folder_is_its_owners_alone(federation: FederationSimulator):
    modes = [path.stat().st_mode & 0o777 for path in (federation.folder, federation.file("director.db"))]
    assert modes == [0o700, 0o600]
