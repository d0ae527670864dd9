"""Unknown, wrong, expired and revoked cost the same: a stopwatch tells a guesser nothing."""

import hashlib
import threading
import time
from datetime import timedelta
from statistics import median

import pytest
from federation_simulator import FederationSimulator
from sqlalchemy import event

from contract.names import Digest
from director.errors import UnauthenticatedError
from director.members import access, enrolment

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
    known, digests = federation.director.access, []
    tokens = CountedTokens(known._tokens)
    known._tokens = tokens
    monkeypatch.setattr(
        access.hashlib, "sha256", lambda data, sha256=hashlib.sha256: digests.append(data) or sha256(data)
    )
    cases = {**authorizations, "another scheme": "Basic fld_", "no scheme": "fld_", "nothing": ""}
    for authorization in cases.values():
        refuse(federation, authorization)
    assert (len(digests), tokens.looks) == (len(cases), len(cases))


def test_a_token_that_does_not_hold_takes_the_same_time_whatever_is_wrong_with_it(
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
    measured: dict[str, list[int]] = {why: [] for why in authorizations}
    for _ in range(2000):  # in turns, so that whatever else the machine does meets all alike
        for why, authorization in authorizations.items():
            measured[why].append(nanoseconds(authorization))
    medians = [median(each) for each in measured.values()]
    assert max(medians) < 1.25 * min(medians), measured.keys()


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

    monkeypatch.setattr(Digest, "of", lambda data: note("digest") or of(data))
    event.listen(federation.director.database._engine, "before_cursor_execute", lambda *each: note(each[2]))
    work = {}
    for why, code in codes.items():
        done.clear()
        fail_to_join(federation, code)
        work[why] = [*done]
    assert len(work["unknown"]) == 4  # two digests, the lock, one look
    assert all(each == work["unknown"] for each in work.values()), work


def test_a_code_that_does_not_hold_takes_the_same_time(federation: FederationSimulator, codes: dict[str, str]):
    measured: dict[str, list[float]] = {why: [] for why in codes}
    for _ in range(100):
        for why, code in codes.items():
            measured[why].append(fail_to_join(federation, code))
    medians = {why: median(each) for why, each in measured.items()}
    assert max(medians.values()) < 1.5 * min(medians.values()), medians
