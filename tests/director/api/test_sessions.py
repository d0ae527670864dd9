"""Signing in and out over HTTP: what the cookie is, when it counts, and when it ends."""

import threading
import time
from typing import Any

import httpx2 as httpx
import pytest

from contract.messages.base import Role
from contract.names import EnvoyName
from tests.director.api.house import OPERATIONS, ROLES_OF
from tests.federation_simulator import FederationSimulator, SimulatedHospital

JANE = {"role": "admin", "person": "Jane Wanjiru"}


def issued(federation: FederationSimulator, **request: Any) -> dict[str, Any]:
    answer = federation.http.post("/tokens", json={**JANE, **request}, headers=federation.admin)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def sign_in(federation: FederationSimulator, token: str, **headers: str) -> httpx.Response:
    return federation.http.post("/session", json={"token": token}, headers=headers)


def status_of(federation: FederationSimulator, headers: dict[str, str], path: str = "/tasks") -> int:
    return federation.http.get(path, headers=headers).status_code


@pytest.fixture
def jane(federation: FederationSimulator) -> dict[str, str]:
    return federation.sign_in(issued(federation)["token"])


def test_a_person_signs_in_for_a_cookie_that_no_script_and_no_other_site_gets(federation: FederationSimulator) -> None:
    token = issued(federation)
    answer = sign_in(federation, token["token"])
    cookie, *marks = answer.headers["set-cookie"].split("; ")
    assert {each.lower() for each in marks} == {"httponly", "path=/", "samesite=strict"}
    assert cookie.startswith("fld_session=")
    assert len(cookie.partition("=")[2]) >= 43
    said = answer.json()
    assert cookie.partition("=")[2] not in answer.text
    assert (said["role"], said["envoy_name"], said["person"]) == ("admin", None, "Jane Wanjiru")
    assert (said["token_id"], said["idle_seconds"], said["banner"]) == (token["id"], 1800, None)
    again = federation.http.get("/session", headers={"Cookie": cookie})
    assert again.json() == said


def test_over_https_the_cookie_is_secure_and_bound_to_this_host(federation: FederationSimulator) -> None:
    secure = "https://testserver/session"
    answer = federation.http.post(secure, json={"token": issued(federation)["token"]})
    cookie, *marks = answer.headers["set-cookie"].split("; ")
    assert {each.lower() for each in marks} == {"httponly", "path=/", "samesite=strict", "secure"}
    assert cookie.startswith("__Host-fld_session=")
    assert federation.http.get(secure, headers={"Cookie": cookie}).status_code == 200
    tossed = {"Cookie": cookie.removeprefix("__Host-")}  # as another host of the same site could set it
    assert federation.http.get(secure, headers=tossed).status_code == 401


def test_what_the_role_may_do_is_said_by_the_names_of_the_interface_document(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    roles_of_people: tuple[Role, ...] = ("staff", "analyst", "admin")
    for role in roles_of_people:
        said = sign_in(federation, federation.token_of(role, "KUTRRH")).json()
        documented = {each.name for each in OPERATIONS}
        assert set(said["operations"]) <= documented
        assert ("publish_global_model" in said["operations"]) == (role == "admin")
        for name in documented:
            roles = ROLES_OF[name]
            assert (name in said["operations"]) == (roles is None or role in roles)


def test_a_banner_is_told_to_everybody(tmp_path: Any) -> None:
    with FederationSimulator(tmp_path / "director", banner="Demonstration: synthetic patients") as federation:
        assert sign_in(federation, federation.token("analyst")).json()["banner"] == "Demonstration: synthetic patients"


def test_a_hospitals_machine_does_not_sign_in(federation: FederationSimulator, hospital: SimulatedHospital) -> None:
    refused = sign_in(federation, hospital.token)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert "machine" in refused.json()["detail"]
    assert "set-cookie" not in refused.headers


def test_an_unknown_token_looks_like_any_other_and_counts_as_a_guess(tmp_path: Any) -> None:
    with FederationSimulator(tmp_path / "director", guesses_per_minute=2) as federation:
        unknown = {"Authorization": "Bearer fld_nobody"}
        elsewhere = federation.http.get("/tasks", headers=unknown).json()
        refused = sign_in(federation, "fld_nobody")
        assert refused.status_code == 401
        assert {**refused.json(), "request_id": ""} == {**elsewhere, "request_id": ""}
        assert sign_in(federation, "fld_nobody").status_code == 429
        assert status_of(federation, {"Cookie": "fld_session=nobody"}) == 429
        assert sign_in(federation, federation.token("analyst")).status_code == 201


@pytest.mark.parametrize("body", [{}, {"token": "a", "link": "b"}, {"token": ""}, {"link": "x" * 201}])
def test_a_token_or_a_code_is_given_and_not_both(federation: FederationSimulator, body: dict[str, str]) -> None:
    assert federation.http.post("/session", json=body).status_code == 422


def test_what_changes_something_takes_the_sessions_own_csrf_token(
    federation: FederationSimulator, jane: dict[str, str]
) -> None:
    cookie, body = {"Cookie": jane["Cookie"]}, {"envoy_name": "KNH"}
    others = federation.sign_in(federation.token("admin"))
    for shown in (None, "", "nobodys", others["X-CSRF-Token"]):
        headers = {**cookie, "X-CSRF-Token": shown} if shown is not None else cookie
        refused = federation.http.post("/envoys", json=body, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "csrf_token_missing"), shown
    assert status_of(federation, cookie) == 200
    assert federation.http.post("/envoys", json=body, headers=jane).status_code == 201


@pytest.mark.parametrize(
    "from_elsewhere",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "http://testserver:8081"},
        {"Origin": "null"},
        {"Origin": "http://[::1"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_sites_page_is_refused_whatever_it_shows(
    federation: FederationSimulator, jane: dict[str, str], from_elsewhere: dict[str, str]
) -> None:
    headers = {**jane, **from_elsewhere}
    for refused in (
        federation.http.get("/tasks", headers=headers),
        federation.http.post("/envoys", json={"envoy_name": "KNH"}, headers=headers),
        federation.http.post("/infer_global", json={}, headers=headers),
        sign_in(federation, federation.token("admin"), **from_elsewhere),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "cross_site_refused")
    own = {**jane, "Origin": "http://TestServer", "Sec-Fetch-Site": "same-origin"}
    assert federation.http.post("/envoys", json={"envoy_name": "KNH"}, headers=own).status_code == 201


def test_over_https_a_page_that_came_in_clear_is_another_site(federation: FederationSimulator) -> None:
    for origin, status in (("http://testserver", 403), ("https://testserver", 201)):
        body = {"token": federation.token("admin")}
        answer = federation.http.post("https://testserver/session", json=body, headers={"Origin": origin})
        assert answer.status_code == status


def test_an_authorization_header_alone_counts_where_there_is_one(
    federation: FederationSimulator, jane: dict[str, str]
) -> None:
    for authorization in ("Bearer fld_nobody", "Basic x", ""):
        assert status_of(federation, {**jane, "Authorization": authorization}) == 401
    analyst = {**federation.analyst, "Cookie": jane["Cookie"], "Origin": "http://evil.example"}
    assert status_of(federation, analyst) == 200
    assert status_of(federation, analyst, "/tokens") == 403  # the cookie's would have been let in


def test_with_a_token_there_is_no_session_to_tell_of_or_to_end(federation: FederationSimulator) -> None:
    for method in ("GET", "DELETE"):
        refused = federation.http.request(method, "/session", headers=federation.admin)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert "in no session" in refused.json()["detail"]


def test_the_questions_that_are_answered_in_front_of_the_framework_take_a_session_too(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    hospital.train_and_upload()
    staff = federation.sign_in(federation.token("staff", envoy=EnvoyName("KUTRRH"), person="Jane Wanjiru"))
    body = {"envoy_name": "KUTRRH", "inputs": {"diagnosis_count": 3}}
    assert federation.http.post("/infer", json=body, headers=staff).status_code == 200
    assert federation.http.post("/infer", json={**body, "envoy_name": "KNH"}, headers=staff).status_code == 403
    refused = federation.http.post("/infer", json=body, headers={"Cookie": staff["Cookie"]})
    assert refused.json()["code"] == "csrf_token_missing"


# --- when it ends -----------------------------------------------------------------------------------------------------


def test_signing_out_ends_the_session_and_clears_the_cookie(
    federation: FederationSimulator, jane: dict[str, str]
) -> None:
    answer = federation.http.delete("/session", headers=jane)
    assert (answer.status_code, answer.content) == (204, b"")
    cookie, *marks = answer.headers["set-cookie"].split("; ")
    assert cookie == 'fld_session=""'
    assert "Max-Age=0" in marks
    assert status_of(federation, jane) == 401
    assert federation.http.delete("/session", headers=jane).status_code == 401


def test_signing_out_everywhere_ends_all_of_the_person_and_of_nobody_else(
    federation: FederationSimulator, hospital: SimulatedHospital, jane: dict[str, str]
) -> None:
    elsewhere = federation.sign_in(issued(federation)["token"])
    spelled = federation.sign_in(federation.token("admin", person="jane  WANJIRU"))
    namesake = federation.sign_in(federation.token("staff", envoy=EnvoyName("KUTRRH"), person="Jane Wanjiru"))
    nobody = federation.token("admin")
    others, nobodys = federation.sign_in(nobody), federation.sign_in(nobody)
    assert federation.http.delete("/session?everywhere=true", headers=jane).status_code == 204
    assert [status_of(federation, each) for each in (jane, elsewhere, spelled)] == [401, 401, 401]
    assert [status_of(federation, each) for each in (namesake, others)] == [200, 200]
    assert federation.http.delete("/session?everywhere=true", headers=others).status_code == 204
    assert [status_of(federation, each) for each in (others, nobodys)] == [401, 401]


def test_a_session_ends_where_nobody_did_anything(federation: FederationSimulator, jane: dict[str, str]) -> None:
    for _ in range(3):
        federation.clock.pass_by(minutes=29)
        assert status_of(federation, jane) == 200
    federation.clock.pass_by(minutes=29)
    background = {**jane, "X-Background": "1"}
    assert status_of(federation, background) == 200  # the page's own doing is nobody's
    assert status_of(federation, jane, "/events?seconds=0") == 200
    federation.clock.pass_by(minutes=1)
    assert status_of(federation, background) == 401
    assert status_of(federation, jane) == 401


def test_a_session_ends_in_any_case(federation: FederationSimulator, jane: dict[str, str]) -> None:
    for _ in range(12 * 3 - 1):
        federation.clock.pass_by(minutes=20)
        assert status_of(federation, jane) == 200
    federation.clock.pass_by(minutes=20)
    assert status_of(federation, jane) == 401


def test_a_session_ends_with_its_token(federation: FederationSimulator, hospital: SimulatedHospital) -> None:
    short = issued(federation, expires_in_seconds=600)
    signed_in = federation.sign_in(short["token"])
    said = federation.http.get("/session", headers=signed_in).json()
    assert said["expires_at"] == short["expires_at"]
    federation.clock.pass_by(minutes=10)
    assert status_of(federation, signed_in) == 401
    revoked, rotated = issued(federation), issued(federation)
    sessions = [federation.sign_in(each["token"]) for each in (revoked, rotated)]
    federation.http.delete(f"/tokens/{revoked['id']}", headers=federation.admin)
    federation.http.post(f"/tokens/{rotated['id']}/rotate", json={"overlap_seconds": 60}, headers=federation.admin)
    assert [status_of(federation, each) for each in sessions] == [401, 200]
    federation.clock.pass_by(minutes=1)
    assert status_of(federation, sessions[1]) == 401
    staff = federation.sign_in(federation.token("staff", envoy=EnvoyName("KUTRRH"), person="Jane Wanjiru"))
    federation.http.post("/envoys/KUTRRH/disable", headers=federation.admin)
    assert status_of(federation, staff) == 401


@pytest.mark.parametrize("how", ["sign out", "revoke", "idle"])
def test_who_follows_events_follows_no_more_once_the_session_ends(
    federation: FederationSimulator, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr("director.api.events._LOOK_SECONDS", 0.1)
    token = issued(federation)
    jane = federation.sign_in(token["token"])

    def end() -> None:
        if how == "sign out":
            federation.http.delete("/session", headers=jane)
        elif how == "revoke":
            federation.http.delete(f"/tokens/{token['id']}", headers=federation.admin)
        else:
            federation.clock.pass_by(minutes=30)

    later, began = threading.Timer(0.3, end), time.monotonic()
    later.start()
    assert federation.http.get("/events?seconds=30", headers=jane).status_code == 200
    later.join()
    assert time.monotonic() - began < 5


def test_sessions_outlive_a_restart_and_so_does_their_idleness(
    federation: FederationSimulator, jane: dict[str, str]
) -> None:
    federation.clock.pass_by(minutes=20)
    assert status_of(federation, jane) == 200
    federation.restart()
    federation.clock.pass_by(minutes=20)
    assert status_of(federation, jane, "/events?seconds=0") == 200
    federation.clock.pass_by(minutes=10)
    assert status_of(federation, jane) == 401


def test_what_was_done_is_on_record_with_the_person_and_without_any_secret(
    federation: FederationSimulator, jane: dict[str, str]
) -> None:
    federation.http.delete("/session", headers=jane)
    found = federation.http.get("/audit", headers=federation.admin)
    ended, opened = found.json()["items"][:2]
    assert [(each["act"], each["person"]) for each in (opened, ended)] == [
        ("session.open", "Jane Wanjiru"),
        ("session.end", "Jane Wanjiru"),
    ]
    assert opened["facts"]["session"] == ended["facts"]["session"]
    assert (opened["facts"]["by_link"], ended["facts"]["why"]) == (False, "signed_out")
    kept = [found.content, *(path.read_bytes() for path in federation.folder.rglob("*") if path.is_file())]
    for secret in (jane["Cookie"].partition("=")[2], jane["X-CSRF-Token"]):
        assert [each for each in kept if secret.encode() in each] == []
