"""Who may come in: tokens, one-time codes, roles."""

from datetime import timedelta

import pytest
from fastapi import APIRouter
from federation_simulator import FederationSimulator, SimulatedHospital

from contract.names import EnvoyName
from director.api.guard import GuardedRoute
from director.app import RESOURCES
from director.members.access import ADMIN, HOSPITAL, LOCAL_ADMIN


def call(federation: FederationSimulator, authorization: str | bytes | None):
    headers = {"Authorization": authorization} if authorization is not None else {}
    return federation.http.get("/tasks", headers=headers)


OPEN = {"live", "ready", "home", "documentation", "openapi", "join"}
"""What anybody may call: a further one is a decision, and changes this line."""

FOR_THE_ADMIN = {
    "release_statistics", "reject_statistics", "list_tokens", "issue_token", "rotate_token", "revoke_token",
    "add_envoy", "disable_envoy", "release_submission", "reject_submission", "get_validation", "set_validation",
    "clear_validation", "aggregate", "publish_global_model", "list_audit", "verify_audit", "export_audit",
}  # fmt: skip
OF_HOSPITALS_MACHINES = {"upload", "report_statistics", "get_start", "get_blob"}


def operations_of(*roles: str) -> set[str]:
    """Give the operations that exactly these roles may do; none: anybody."""
    wanted = frozenset(roles) or None
    routes = [route for resource in RESOURCES for route in resource.router.routes]
    return {route.name for route in routes if route.entry.permission.roles == wanted}


def test_what_is_open_and_what_one_role_alone_may_do_is_what_was_decided():
    assert operations_of() == OPEN
    assert operations_of(ADMIN) == FOR_THE_ADMIN
    assert operations_of(HOSPITAL) == OF_HOSPITALS_MACHINES


def test_a_route_that_does_not_say_who_may_call_it_can_not_be_made():
    router = APIRouter(route_class=GuardedRoute)
    with pytest.raises(LookupError, match="read_minds"):

        @router.get("/minds")
        def read_minds() -> str:
            return ""


def test_unknown_wrong_expired_and_revoked_tokens_look_the_same(federation: FederationSimulator):
    short = federation.token("analyst", holds=timedelta(minutes=5))
    revoked = federation.token("analyst")
    members = federation.director.members
    listed = members.list_tokens(role="analyst", envoy_name=None, limit=10, cursor=None).items
    assert len(listed) == 2
    for each in listed:
        if each.expires_at - each.created_at > timedelta(hours=1):
            members.revoke_token(LOCAL_ADMIN, each.id)
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
    federation.director.members.note_use()
    name = EnvoyName("KUTRRH")
    listed = federation.director.members.list_tokens(role=None, envoy_name=name, limit=10, cursor=None).items
    assert {each.last_used_at for each in listed} == {federation.clock.now}
    assert federation.director.submissions.get_hospital(LOCAL_ADMIN, name).last_seen_at == federation.clock.now


def test_no_secret_lies_in_the_data_folder(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.train_and_upload()
    hospital.infer({"diagnosis_count": 4})
    federation.director.members.note_use()
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
