"""One-time codes: each joins once, and those that do not hold look and cost the same."""

import threading
import time
from datetime import timedelta
from statistics import median

import pytest
from sqlalchemy import event

from contract.names import Digest, EnvoyName
from director.errors import ConflictError, UnauthenticatedError
from director.members import enrolment
from director.members.envoys import add_envoy, disable_envoy, envoy_named
from director.records.schema import EnrolmentCodeRow
from tests.federation_simulator import FederationSimulator


def status_with(federation: FederationSimulator, secret: str) -> int:
    return federation.http.get("/tasks", headers={"Authorization": f"Bearer {secret}"}).status_code


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


def test_a_join_whose_answer_was_lost_may_be_repeated_by_its_sender(federation: FederationSimulator):
    code = federation.http.post("/envoys", json={"envoy_name": "KNH"}, headers=federation.admin).json()["code"]

    def join(key: str):
        return federation.http.post("/join", json={"code": code}, headers={"Idempotency-Key": key})

    lost, repeated = join("mine"), join("mine")
    assert (lost.status_code, repeated.status_code) == (201, 201)
    tokens_hold = [status_with(federation, each.json()["token"]) for each in (lost, repeated)]
    assert tokens_hold == [401, 200]
    assert join("a thief's").status_code == 401
    federation.clock.pass_by(minutes=16)
    assert join("mine").status_code == 401


def test_a_repeated_join_does_not_bring_back_a_token_that_was_revoked(federation: FederationSimulator):
    code = federation.http.post("/envoys", json={"envoy_name": "KNH"}, headers=federation.admin).json()["code"]
    headers = {"Idempotency-Key": "mine"}
    joined = federation.http.post("/join", json={"code": code}, headers=headers).json()
    federation.http.delete(f"/tokens/{joined['id']}", headers=federation.admin)
    assert federation.http.post("/join", json={"code": code}, headers=headers).status_code == 409


@pytest.fixture
def codes(federation: FederationSimulator) -> dict[str, str]:
    """Codes that don't hold, by why."""

    def fresh(name: str) -> str:
        answer = federation.http.post("/envoys", json={"envoy_name": name}, headers=federation.admin)
        return answer.json()["code"]

    expired = fresh("Expired")
    federation.clock.pass_by(hours=73)
    used, replaced = fresh("Used"), fresh("Replaced")
    assert federation.http.post("/join", json={"code": used}).status_code == 201
    fresh("Replaced")
    return {"unknown": "join_" + "u" * 32, "expired": expired, "used": used, "replaced": replaced}


def fail_to_join(federation: FederationSimulator, code: str) -> float:
    began = time.perf_counter()
    with pytest.raises(UnauthenticatedError), federation.director.ledger.act("code") as act:
        enrolment.join(act, code, "key", holds=timedelta(days=1))
    return time.perf_counter() - began


def test_a_code_that_does_not_hold_takes_the_same_questions_and_digests(
    federation: FederationSimulator, codes: dict[str, str], monkeypatch
):
    done: list[str] = []
    here, of = threading.get_ident(), Digest.of

    def note(what: str) -> None:
        if threading.get_ident() == here:  # the follower looks too, on a thread of its own
            done.append(what)

    def noted_of(data: bytes) -> Digest:
        note("digest")
        return of(data)

    monkeypatch.setattr(Digest, "of", noted_of)
    event.listen(federation.director.database._engine, "before_cursor_execute", lambda *each: note(each[2]))
    work = {}
    for why, code in codes.items():
        done.clear()
        fail_to_join(federation, code)
        work[why] = [*done]
    assert len(work["unknown"]) == 4  # two digests, the lock, one look
    assert all(each == work["unknown"] for each in work.values()), work


@pytest.mark.alone
def test_a_code_that_does_not_hold_takes_the_same_time(federation: FederationSimulator, codes: dict[str, str]):
    measured: dict[str, list[float]] = {why: [] for why in codes}
    for _ in range(100):
        for why, code in codes.items():
            measured[why].append(fail_to_join(federation, code))
    medians = {why: median(each) for why, each in measured.items()}
    assert max(medians.values()) < 1.5 * min(medians.values()), medians


# --- what a join leaves -----------------------------------------------------------------------------------------------

KNH, HOLDS = EnvoyName("KNH"), timedelta(days=1)


def test_a_code_of_a_hospital_that_was_disabled_meanwhile_does_not_join(federation: FederationSimulator):
    with federation.director.ledger.act("admin:cli") as act:
        code = enrolment.issue_code(act, add_envoy(act, KNH), holds=HOLDS).code
        disable_envoy(act, KNH)
    with federation.director.ledger.act("code") as act:
        with pytest.raises(ConflictError, match="disabled"):
            enrolment.join(act, code, None, holds=HOLDS)
        assert act.told == []


def test_a_hospital_has_joined_when_it_first_did_and_its_token_holds_as_long_as_a_token_may(
    federation: FederationSimulator,
):
    joined = []
    for _ in range(2):
        with federation.director.ledger.act("admin:cli") as act:
            envoy = add_envoy(act, KNH)
            code = enrolment.issue_code(act, envoy, holds=HOLDS).code
        with federation.director.ledger.act("code") as act:
            token = enrolment.join(act, f" {code}\n", None, holds=timedelta(days=3))
            joined.append(envoy_named(act.session, KNH).joined_at)
        assert token.expires_at == federation.clock.now + timedelta(days=3)
        federation.clock.pass_by(hours=1)
    assert joined == [federation.clock.now - timedelta(hours=2)] * 2


def test_a_join_without_a_key_is_not_repeated(federation: FederationSimulator):
    with federation.director.ledger.act("admin:cli") as act:
        code = enrolment.issue_code(act, add_envoy(act, KNH), holds=HOLDS).code
    with federation.director.ledger.act("code") as act:
        enrolment.join(act, code, None, holds=HOLDS)
        for key in (None, ""):
            with pytest.raises(UnauthenticatedError):
                enrolment.join(act, code, key, holds=HOLDS)


def test_a_join_with_an_empty_key_is_not_repeated_by_whoever_has_none(federation: FederationSimulator):
    with federation.director.ledger.act("admin:cli") as act:
        code = enrolment.issue_code(act, add_envoy(act, KNH), holds=HOLDS).code
    with federation.director.ledger.act("code") as act:
        enrolment.join(act, code, "", holds=HOLDS)
        with pytest.raises(UnauthenticatedError):
            enrolment.join(act, code, None, holds=HOLDS)


def test_a_code_is_kept_as_its_digest_alone(federation: FederationSimulator):
    with federation.director.ledger.act("admin:cli") as act:
        issued = enrolment.issue_code(act, add_envoy(act, KNH), holds=HOLDS)
        row = act.session.get_one(EnrolmentCodeRow, Digest.of(issued.code.encode()))
        assert issued.code not in str(vars(row))
        assert (issued.envoy_name, issued.expires_at) == (KNH, row.expires_at)
