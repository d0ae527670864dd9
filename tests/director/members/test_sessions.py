"""Sessions as rows: so many of one token, and forgotten some time after their end."""

from typing import Any

import pytest
from sqlalchemy import func, select

from director.errors import UnauthenticatedError
from director.members import sessions
from director.members.access import LOCAL_ADMIN
from director.records.session_schema import SessionRow, SignInLinkRow
from tests.federation_simulator import FederationSimulator


def count(federation: FederationSimulator, kind: type[SessionRow] | type[SignInLinkRow] = SessionRow) -> int:
    with federation.director.database.read() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def test_one_session_too_many_ends_the_one_that_was_used_longest_ago(
    federation: FederationSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MAX_SESSIONS", 2)
    token, http = federation.token("admin"), federation.http
    first, second = federation.sign_in(token), federation.sign_in(token)
    other = federation.sign_in(federation.token("admin"))
    federation.clock.pass_by(minutes=1)
    assert http.get("/tasks", headers=first).status_code == 200
    federation.director.people.note_use()
    third = federation.sign_in(token)
    statuses = [http.get("/tasks", headers=each).status_code for each in (first, second, third, other)]
    assert statuses == [200, 401, 200, 200]
    assert [line["why"] for line in federation.log_lines("session.end")] == ["too_many"]


def test_rows_are_forgotten_a_week_after_their_end(federation: FederationSimulator) -> None:
    federation.sign_in(federation.token("admin"))
    federation.director.people.make_link(LOCAL_ADMIN)
    federation.clock.pass_by(days=7, minutes=16)
    federation.sign_in(federation.token("admin"))
    assert (count(federation), count(federation, SignInLinkRow)) == (2, 0)
    federation.clock.pass_by(hours=13)
    federation.sign_in(federation.token("admin"))
    assert count(federation) == 2


def test_a_token_that_gets_another_secret_loses_the_sessions_of_the_lost_one(federation: FederationSimulator) -> None:
    asked: dict[str, Any] = {"json": {"role": "admin"}, "headers": {**federation.admin, "Idempotency-Key": "k"}}
    lost = federation.http.post("/tokens", **asked).json()["token"]
    intercepted = federation.sign_in(lost)
    federation.http.post("/tokens", **asked)
    assert federation.http.get("/tasks", headers=intercepted).status_code == 401


def test_a_session_that_ended_behind_the_front_desk_does_nothing_more(federation: FederationSimulator) -> None:
    people = federation.director.people
    caller = people.sign_in(federation.token("admin"), "192.0.2.1").caller
    people.sign_out(caller)
    for act in (people.sign_out, people.make_link):
        with pytest.raises(UnauthenticatedError, match="signed in"):
            act(caller)
