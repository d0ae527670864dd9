"""Tokens over HTTP: issued once, rotated with an overlap, revoked at once."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from director.errors import InvalidRequestError
from director.members import tokens
from director.members.access import LOCAL_ADMIN
from director.records.schema import AuditRow
from tests.federation_simulator import FederationSimulator, SimulatedHospital

DAY_SECONDS = 86_400


def issue(federation: FederationSimulator, key: str | None = None, **request):
    headers = {**federation.admin, **({"Idempotency-Key": key} if key else {})}
    return federation.http.post("/tokens", json={"role": "analyst", **request}, headers=headers)


def rotate(federation: FederationSimulator, token_id: str, key: str | None = None, **request):
    headers = {**federation.admin, **({"Idempotency-Key": key} if key else {})}
    return federation.http.post(f"/tokens/{token_id}/rotate", json=request or None, headers=headers)


def described(federation: FederationSimulator, token_id: str) -> dict:
    items = federation.http.get("/tokens", headers=federation.admin).json()["items"]
    return next(each for each in items if each["id"] == token_id)


def status_with(federation: FederationSimulator, secret: str) -> int:
    return federation.http.get("/tasks", headers={"Authorization": f"Bearer {secret}"}).status_code


def own_token(federation: FederationSimulator, hospital: SimulatedHospital) -> str:
    query = f"/tokens?envoy_name={hospital.name.lower()}"
    (listed,) = federation.http.get(query, headers=federation.admin).json()["items"]
    return listed["id"]


def acts(federation: FederationSimulator) -> list[tuple[str, str]]:
    with federation.director.database.read() as session:
        return [(row.act, row.subject) for row in session.scalars(select(AuditRow).order_by(AuditRow.seq))]


def test_a_token_holds_ninety_days_and_no_longer_unless_the_setting_says_so(tmp_path):
    for number, (settings, longest) in enumerate((({}, 90), ({"token_days": 400}, 400))):
        with FederationSimulator(tmp_path / str(number), **settings) as federation:
            issued = issue(federation).json()
            assert datetime.fromisoformat(issued["expires_at"]) == federation.clock() + timedelta(days=longest)
            short = issue(federation, expires_in_seconds=60).json()
            assert datetime.fromisoformat(short["expires_at"]) == federation.clock() + timedelta(minutes=1)
            too_long = issue(federation, expires_in_seconds=longest * DAY_SECONDS + 1)
            assert (too_long.status_code, too_long.json()["facts"]["token_days"]) == (422, longest)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param({"role": "hospital"}, 400, id="a hospital's without a hospital"),
        pytest.param({"role": "admin", "envoy_name": "KNH"}, 400, id="an admin's with one"),
        pytest.param({"role": "hospital", "envoy_name": "Nowhere"}, 404, id="of an unknown hospital"),
        pytest.param({"role": "hospital", "envoy_name": "Closed"}, 409, id="of a disabled hospital"),
        pytest.param({"role": "root"}, 422, id="of no role"),
        pytest.param({"role": "analyst", "expires_in_seconds": 0}, 422, id="that never holds"),
    ],
)
def test_a_token_is_not_issued(federation: FederationSimulator, request_: dict, status: int):
    federation.enrol("Closed")
    federation.http.post("/envoys/Closed/disable", headers=federation.admin)
    before = acts(federation)
    assert issue(federation, **request_).status_code == status
    assert acts(federation) == before


def test_a_rotated_token_holds_until_the_overlap_ends_and_its_successor_goes_on(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    old_id = own_token(federation, hospital)
    new = rotate(federation, old_id).json()
    assert (new["role"], new["envoy_name"]) == ("hospital", "KUTRRH")
    old = described(federation, old_id)
    assert old["successor_id"] == new["id"]
    assert datetime.fromisoformat(old["expires_at"]) == federation.clock() + timedelta(hours=24)
    federation.clock.pass_by(hours=23, minutes=59)
    assert [status_with(federation, secret) for secret in (hospital.token, new["token"])] == [200, 200]
    federation.clock.pass_by(minutes=1)
    assert [status_with(federation, secret) for secret in (hospital.token, new["token"])] == [401, 200]
    assert acts(federation)[-2:] == [("token.issue", new["id"]), ("token.rotate", old_id)]


def test_the_overlap_may_be_chosen_but_never_outlasts_the_old_token(federation: FederationSimulator):
    cases: list[tuple[int, dict[str, Any], int]] = [
        (DAY_SECONDS, {"overlap_seconds": 60}, 60),
        (60, {"overlap_seconds": DAY_SECONDS}, 60),
        (60, {}, 60),
    ]
    for holds, request, expected in cases:
        old = issue(federation, expires_in_seconds=holds).json()
        assert rotate(federation, old["id"], **request).status_code == 201
        end = datetime.fromisoformat(described(federation, old["id"])["expires_at"])
        assert end == federation.clock() + timedelta(seconds=expected)
    ended = issue(federation).json()
    rotate(federation, ended["id"], overlap_seconds=0)
    assert status_with(federation, ended["token"]) == 401


def test_a_short_lived_token_does_not_become_a_long_lived_one(federation: FederationSimulator):
    old = issue(federation, expires_in_seconds=3600).json()
    federation.clock.pass_by(minutes=59)
    new = rotate(federation, old["id"]).json()
    assert datetime.fromisoformat(new["expires_at"]) == federation.clock() + timedelta(hours=1)


def test_what_holds_no_more_or_has_a_successor_is_not_rotated(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    expired, revoked, rotated = (issue(federation, expires_in_seconds=each).json()["id"] for each in (1, 600, 600))
    federation.clock.pass_by(seconds=1)
    federation.http.delete(f"/tokens/{revoked}", headers=federation.admin)
    successor = rotate(federation, rotated).json()["id"]
    disabled = own_token(federation, hospital)
    federation.http.post("/envoys/KUTRRH/disable", headers=federation.admin)
    before = acts(federation)
    answers = {each: rotate(federation, each) for each in (expired, revoked, rotated, disabled)}
    assert {answer.status_code for answer in answers.values()} == {409}
    assert answers[rotated].json()["facts"]["successor_id"] == successor
    assert rotate(federation, "nothing").status_code == 404
    assert acts(federation) == before


def test_a_revoked_token_stops_at_once_and_revoking_again_is_no_error(federation: FederationSimulator):
    issued = issue(federation).json()
    assert status_with(federation, issued["token"]) == 200
    first, again = (federation.http.delete(f"/tokens/{issued['id']}", headers=federation.admin) for _ in range(2))
    assert status_with(federation, issued["token"]) == 401
    assert first.json()["revoked_at"] is not None
    assert first.json() == again.json()
    assert acts(federation).count(("token.revoke", issued["id"])) == 1
    assert federation.http.delete("/tokens/nothing", headers=federation.admin).status_code == 404


def test_a_repeated_request_makes_no_second_token_and_the_lost_secret_stops_to_hold(federation: FederationSimulator):
    lost, repeated = (issue(federation, key="mine").json() for _ in range(2))
    assert repeated["id"] == lost["id"]
    assert [status_with(federation, each["token"]) for each in (lost, repeated)] == [401, 200]
    lost, again = (rotate(federation, repeated["id"], key="turn").json() for _ in range(2))
    assert again["id"] == lost["id"]
    assert [status_with(federation, each["token"]) for each in (lost, again, repeated)] == [401, 200, 200]
    other = issue(federation, key="mine", role="admin")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    federation.clock.pass_by(minutes=16)
    late = issue(federation, key="mine")
    assert (late.status_code, late.json()["facts"]["token_id"]) == (409, repeated["id"])
    assert status_with(federation, again["token"]) == 200


def test_one_key_in_parallel_makes_one_token(federation: FederationSimulator):
    assert federation.admin  # one admin for all of them
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: issue(federation, key="mine"), range(24)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    holding = [each for each in answers if status_with(federation, each.json()["token"]) == 200]
    assert len(holding) == 1


def test_tokens_are_listed_in_pages_by_role_and_hospital_with_their_last_use(federation: FederationSimulator):
    issued = [issue(federation, role=role).json()["id"] for role in ("analyst", "admin", "analyst")]
    federation.director.members.note_use()
    seen, cursor = [], ""
    while cursor is not None:
        page = federation.http.get(f"/tokens?limit=1&cursor={cursor or 0}", headers=federation.admin).json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next"]
    assert set(issued) < set(seen)
    assert len(seen) == len(set(seen)) == 4  # and the admin's own
    analysts = federation.http.get("/tokens?role=analyst", headers=federation.admin).json()["items"]
    assert {each["id"] for each in analysts} == {issued[0], issued[2]}
    everyone = federation.http.get("/tokens", headers=federation.admin).json()["items"]
    assert [each["role"] for each in everyone if each["last_used_at"]] == ["admin"]


def test_a_secret_is_in_the_one_answer_and_nowhere_else(federation: FederationSimulator):
    issued = issue(federation).json()
    turned = rotate(federation, issued["id"]).json()
    revoked = federation.http.delete(f"/tokens/{issued['id']}", headers=federation.admin)
    refused = rotate(federation, issued["id"])
    listed = federation.http.get("/tokens", headers=federation.admin)
    assert status_with(federation, issued["token"]) == 401
    kept = [path.read_bytes() for path in federation.folder.rglob("*") if path.is_file()]
    with federation.director.database.read() as session:
        kept.append(json.dumps([row.facts for row in session.scalars(select(AuditRow))]).encode())
    for secret in (issued["token"], turned["token"]):
        assert all(secret not in answer.text for answer in (revoked, refused, listed))
        assert all(secret.encode() not in data for data in kept)


def test_no_secret_lies_in_the_data_folder(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.train_and_upload()
    hospital.infer({"diagnosis_count": 4})
    federation.director.members.note_use()
    secret = hospital.token.encode()
    for path in federation.folder.rglob("*"):
        assert not path.is_file() or secret not in path.read_bytes(), path


def test_a_token_holds_as_long_as_is_asked_for_else_as_long_as_it_may():
    longest = timedelta(days=90)
    assert tokens.span_to_hold(None, longest) == longest
    assert tokens.span_to_hold(longest, longest) == longest
    assert tokens.span_to_hold(timedelta(minutes=1), longest) == timedelta(minutes=1)
    with pytest.raises(InvalidRequestError, match="90 days"):
        tokens.span_to_hold(longest + timedelta(seconds=1), longest)


def test_the_last_use_never_goes_back_and_a_token_that_is_gone_is_passed_over(federation: FederationSimulator):
    issued, now = federation.director.members.issue_token(LOCAL_ADMIN, "analyst"), federation.clock.now
    for at in (now + timedelta(hours=1), now):  # as two workers may write them down
        with federation.director.database.write() as session:
            tokens.note_use(session, {issued.id: at, "nothing": at})
    assert federation.director.members.get_token(LOCAL_ADMIN, issued.id).last_used_at == now + timedelta(hours=1)


# --- people -----------------------------------------------------------------------------------------------------------


def test_a_token_names_its_person_wherever_it_is_told_of_and_so_does_its_successor(federation: FederationSimulator):
    issued = issue(federation, role="admin", person="Jane Wanjiru").json()
    assert issued["person"] == "Jane Wanjiru"
    rotated = rotate(federation, issued["id"]).json()
    assert rotated["person"] == "Jane Wanjiru"
    assert {described(federation, each)["person"] for each in (issued["id"], rotated["id"])} == {"Jane Wanjiru"}
    told = [line["person"] for line in federation.log_lines("token.issue") if "person" in line]
    assert told == ["Jane Wanjiru"] * 2


def test_a_token_of_nobody_is_told_of_as_before_there_were_persons(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    issued = issue(federation).json()
    assert "person" not in issued  # an envoy of the version before takes no further field
    assert described(federation, issued["id"])["person"] is None
    with federation.director.database.read() as session:
        facts = session.scalars(select(AuditRow.facts).where(AuditRow.act == "token.issue")).all()
    assert {tuple(each) for each in facts} == {("role", "envoy", "secret_sha256", "holds_until")}


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        ({"role": "staff", "person": "Jane Wanjiru"}, "names the hospital"),
        ({"role": "staff", "envoy_name": "KUTRRH"}, "names its person"),
        ({"role": "hospital", "envoy_name": "KUTRRH", "person": "Jane Wanjiru"}, "no person's"),
        ({"role": "admin", "envoy_name": "KUTRRH", "person": "Jane Wanjiru"}, "names the hospital"),
    ],
)
def test_a_token_names_a_hospital_and_a_person_where_its_role_has_them(
    federation: FederationSimulator, hospital: SimulatedHospital, request_: dict[str, str], why: str
):
    before = acts(federation)
    refused = issue(federation, **request_)
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed_request")
    assert why in refused.json()["detail"]
    assert acts(federation) == before


@pytest.mark.parametrize("person", ["", " ", "two\nlines", "turned \u202e round", "x" * 101])
def test_a_person_is_one_line_that_is_seen_as_it_is(federation: FederationSimulator, person: str):
    assert issue(federation, person=person).status_code == 422


def test_the_same_key_with_another_person_is_another_request(federation: FederationSimulator):
    assert issue(federation, key="k", person="Jane Wanjiru").status_code == 201
    assert issue(federation, key="k", person="Jane Wanjiru").json()["person"] == "Jane Wanjiru"
    assert issue(federation, key="k", person="Amina Odhiambo").json()["code"] == "idempotency_key_reused"
    assert issue(federation, key="k").json()["code"] == "idempotency_key_reused"
