"""Who may come in: tokens, one-time codes, roles."""

import hashlib
import re
import time
from datetime import timedelta
from pathlib import Path
from statistics import median

import pytest
from fastapi import APIRouter

from contract.names import EnvoyName
from director.api.guard import GuardedRoute
from director.app import RESOURCES
from director.assembly import Director
from director.errors import ForbiddenError, UnauthenticatedError
from director.members import access
from director.members.access import ADMIN, HOSPITAL, LOCAL_ADMIN, STAFF
from director.members.events import EnvoyDisabled, TokenRevoked
from director.records.events import UnreadEvent
from director.settings import DirectorSettings
from director.upkeep.events import BackupMade
from tests.federation_simulator import FederationSimulator


def call(federation: FederationSimulator, authorization: str | bytes | None):
    sent = authorization.encode("ascii") if isinstance(authorization, str) else authorization
    headers = {b"Authorization": sent} if sent is not None else {}
    return federation.http.get("/tasks", headers=headers)


OPEN = {"live", "ready", "home", "dashboard", "dashboard_asset", "documentation", "openapi", "join", "sign_in"}
"""What anybody may call: a further one is a decision, and changes this line."""

FOR_THE_ADMIN = {
    "release_statistics", "reject_statistics", "list_tokens", "issue_token", "rotate_token", "revoke_token",
    "add_envoy", "disable_envoy", "release_submission", "reject_submission", "get_validation", "set_validation",
    "clear_validation", "aggregate", "publish_global_model", "list_audit", "verify_audit", "export_audit",
    "set_expectation", "enable_envoy", "move_start", "open_run", "pause_run", "resume_run", "close_run",
    "set_alias", "clear_alias", "set_note", "get_system", "get_metrics", "get_quiescence", "begin_quiescence",
    "end_quiescence", "list_proposals", "approve_proposal", "decline_proposal", "add_task", "retire_task",
}  # fmt: skip
OF_HOSPITALS_MACHINES = {
    "upload", "report_statistics", "get_start", "get_blob", "answer_global_model", "answer_run", "get_work", "get_part",
    "append_part", "rotate_own_token", "revoke_own_token",
}  # fmt: skip


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


def test_whoever_shows_no_whole_secret_learns_nothing_of_any_token(federation: FederationSimulator):
    short = federation.token("analyst", holds=timedelta(minutes=5))
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
            f"Bearer {short[:-1]}",
            f"Bearer {short}x",
            b"Bearer \xff\xfe",
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert all(body == bodies[0] for body in bodies)
    assert (bodies[0]["detail"], bodies[0]["facts"]) == ("No valid token came with this request.", {})


def refused(federation: FederationSimulator, secret: str) -> tuple[str, str, str]:
    answer = call(federation, f"Bearer {secret}")
    problem = answer.json()
    assert (answer.status_code, problem["code"], answer.headers["www-authenticate"]) == (
        401,
        "unauthenticated",
        "Bearer",
    )
    return problem["facts"]["ended"], problem["detail"], problem["hint"]


def test_whoever_has_a_token_that_ended_reads_how_and_whom_to_ask(federation: FederationSimulator):
    members = federation.director.members
    short = federation.token("analyst", holds=timedelta(minutes=5))
    revoked = members.issue_token(LOCAL_ADMIN, role="analyst")
    members.revoke_token(LOCAL_ADMIN, revoked.id)
    assert call(federation, f"Bearer {short}").status_code == 200
    federation.clock.pass_by(minutes=6)
    how, sentence, hint = refused(federation, short)
    assert (how, hint) == ("expired", "Ask the consortium's admin for another token.")
    assert re.fullmatch(r"This token expired on \d{4}-\d\d-\d\d \d\d:\d\d UTC\.", sentence)
    how, sentence, _ = refused(federation, revoked.token)
    assert how == "revoked"
    assert re.fullmatch(r"This token was revoked on \d{4}-\d\d-\d\d \d\d:\d\d UTC\.", sentence)


def test_a_hospital_whose_token_ended_reads_which_command_follows(federation: FederationSimulator):
    federation.enrol("KNH")
    members, name = federation.director.members, EnvoyName("KNH")
    old = members.issue_token(LOCAL_ADMIN, role="hospital", envoy_name=name)
    new = members.rotate_token(LOCAL_ADMIN, old.id, overlap=timedelta(minutes=1))
    assert call(federation, f"Bearer {old.token}").status_code == 200
    federation.clock.pass_by(minutes=2)
    how, sentence, hint = refused(federation, old.token)
    assert (how, "was replaced by another one" in sentence) == ("replaced", True)
    assert hint.startswith("Use the one that took its place.")
    assert hint.endswith("another token, then give it to: fl-envoy renew")
    assert federation.http.post("/envoys/KNH/disable", headers=federation.admin).status_code == 200
    how, sentence, hint = refused(federation, new.token)
    assert (how, sentence) == ("disabled", "KNH is disabled at this director, and its tokens hold no more.")
    assert "the same token holds again" in hint
    assert federation.http.post("/envoys/KNH/enable", headers=federation.admin).status_code == 200
    assert call(federation, f"Bearer {new.token}").status_code == 200


def test_the_data_folder_is_its_owners_alone(tmp_path: Path):
    folder = tmp_path / "director"
    director = Director(DirectorSettings(data_dir=folder))
    director.initialise()
    director.close()
    assert [path.stat().st_mode & 0o777 for path in (folder, folder / "director.db")] == [0o700, 0o600]


# --- who is asking ----------------------------------------------------------------------------------------------------

OF_KNH = access.Principal("t1", HOSPITAL, EnvoyName("KNH"))


def test_a_caller_is_named_by_role_hospital_and_token():
    assert (OF_KNH.actor, LOCAL_ADMIN.actor) == ("hospital:KNH:t1", "admin:cli")


def test_a_hospital_acts_for_itself_alone_and_the_admin_for_any():
    OF_KNH.require_envoy(EnvoyName("knh"))
    LOCAL_ADMIN.require_envoy(EnvoyName("MTRH"))
    for caller in (OF_KNH, access.Principal("t1", HOSPITAL), access.Principal("t1", STAFF, EnvoyName("KNH"))):
        with pytest.raises(ForbiddenError):
            caller.require_envoy(EnvoyName("MTRH"))


def test_the_tokens_are_learned_anew_where_who_comes_in_may_have_changed_and_nowhere_else(
    federation: FederationSimulator,
):
    known = federation.director.access
    assert known.concerns(TokenRevoked(token_id="t1"))
    assert known.concerns(EnvoyDisabled(envoy=EnvoyName("KNH")))
    assert known.concerns(UnreadEvent(name="token.forge", of="t1", said={}))
    assert not known.concerns(BackupMade())


def test_a_role_that_may_not_is_refused_before_anything_of_its_is_counted(federation: FederationSimulator):
    authorization, known = f"Bearer {federation.token('analyst')}", federation.director.access
    with pytest.raises(ForbiddenError, match="analyst"):
        known.admit(authorization, access.Permission(frozenset({ADMIN})), "192.0.2.1")
    assert known.take_notes_of_use() == {}
    caller = known.admit(authorization.replace("Bearer", "bEaReR"), access.Permission(access.ALL), "192.0.2.1")
    assert caller is not None
    assert known.take_notes_of_use() == {caller.token_id: federation.clock.now}
    assert known.take_notes_of_use() == {}
    assert known.admit(authorization, access.Permission(None), "192.0.2.1") is None


# --- a guess costs the same, however near it comes: a stopwatch tells a guesser nothing -------------------------------


ANY_ROLE = access.Permission(access.ALL)


class CountedTokens(dict):
    """Counts how often somebody looks."""

    looks = 0

    def get(self, *arguments):
        self.looks += 1
        return super().get(*arguments)


@pytest.fixture
def authorizations(federation: FederationSimulator) -> dict[str, str]:
    """Headers that don't hold, by why."""
    expired = federation.token("analyst", holds=timedelta(minutes=1))
    revoked = federation.http.post("/tokens", json={"role": "analyst"}, headers=federation.admin).json()
    federation.http.delete(f"/tokens/{revoked['id']}", headers=federation.admin)
    holding = federation.token("analyst")
    federation.clock.pass_by(minutes=2)
    secrets = {
        "unknown": "fld_" + "u" * 43,
        "wrong by one letter": holding[:-1] + ("a" if holding[-1] != "a" else "b"),
        "expired": expired,
        "revoked": revoked["token"],
    }
    return {why: f"Bearer {secret}" for why, secret in secrets.items()}


def refuse(federation: FederationSimulator, authorization: str) -> None:
    with pytest.raises(UnauthenticatedError):
        federation.director.access.admit(authorization, ANY_ROLE, "192.0.2.1")


def test_a_token_that_does_not_hold_takes_one_digest_and_one_look_whatever_is_wrong_with_it(
    federation: FederationSimulator, authorizations: dict[str, str], monkeypatch
):
    known, sha256 = federation.director.access, hashlib.sha256
    digests: list[bytes] = []
    tokens = CountedTokens(known._tokens)
    known._tokens = tokens

    def noted(data: bytes) -> object:
        digests.append(data)
        return sha256(data)

    monkeypatch.setattr(hashlib, "sha256", noted)
    cases = {**authorizations, "another scheme": "Basic fld_", "no scheme": "fld_", "nothing": ""}
    for authorization in cases.values():
        refuse(federation, authorization)
    assert (len(digests), tokens.looks) == (len(cases), len(cases))


@pytest.mark.alone
def test_a_guess_takes_the_same_time_however_near_it_comes(
    federation: FederationSimulator, authorizations: dict[str, str]
):
    admit = federation.director.access.admit

    def nanoseconds(authorization: str) -> int:
        began = time.perf_counter_ns()
        try:
            admit(authorization, ANY_ROLE, "192.0.2.1")
        except UnauthenticatedError:
            return time.perf_counter_ns() - began
        raise AssertionError("it holds")

    federation.director.access._guesses.per_minute = 0
    for told in ("expired", "revoked"):  # who shows these whole is told so in words
        authorizations.pop(told)
    measured: dict[str, list[int]] = {why: [] for why in authorizations}
    for _ in range(2000):  # in turns, so that whatever else the machine does meets all alike
        for why, authorization in authorizations.items():
            measured[why].append(nanoseconds(authorization))
    medians = [median(each) for each in measured.values()]
    assert max(medians) < 1.25 * min(medians), measured.keys()


def test_a_token_of_somebody_who_stays_holds_until_it_is_revoked_or_ends(federation: FederationSimulator):
    access, clock = federation.director.access, federation.clock
    federation.enrol("KNH")
    members = federation.director.members
    listed = members.list_tokens(LOCAL_ADMIN, role="hospital", envoy_name=None, limit=10, cursor=None).items
    caller = access_of(listed[0].id, listed[0].envoy_name)
    assert access.holds(caller)
    clock.pass_by(days=91)
    assert not access.holds(caller)
    clock.pass_by(days=-91)
    assert access.holds(caller)
    members.revoke_token(LOCAL_ADMIN, listed[0].id)
    assert not access.holds(caller)


def access_of(token_id: str, envoy: EnvoyName | None) -> access.Principal:
    return access.Principal(token_id, HOSPITAL, envoy)
