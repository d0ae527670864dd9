"""What is done about who takes part: one call an act."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from contract.names import EnvoyName
from director.errors import (
    IdempotencyKeyReusedError,
    InvalidRequestError,
    NotFoundError,
    UnauthenticatedError,
    UnknownEnvoyError,
)
from director.members.access import LOCAL_ADMIN, Principal
from director.members.service import Members
from director.records.schema import AuditRow
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_the_last_use_of_a_token_is_noted(federation: FederationSimulator, hospital: SimulatedHospital):
    federation.clock.pass_by(hours=1)
    hospital.start()
    federation.director.members.note_use()
    name = EnvoyName("KUTRRH")
    listed = federation.director.members.list_tokens(
        LOCAL_ADMIN, role=None, envoy_name=name, limit=10, cursor=None
    ).items
    assert {each.last_used_at for each in listed} == {federation.clock.now}
    assert federation.director.submissions.get_hospital(LOCAL_ADMIN, name).last_seen_at == federation.clock.now


KNH, NOBODY = EnvoyName("KNH"), EnvoyName("Nobody")


@pytest.fixture
def members(federation: FederationSimulator) -> Members:
    return federation.director.members


def on_record(federation: FederationSimulator) -> list[tuple[str, str, str]]:
    with federation.director.ledger.read() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq))
        return [(row.act, row.actor, row.subject) for row in rows if row.act != "start.renew"]


def test_each_act_is_on_record_once_with_who_did_it(federation: FederationSimulator, members: Members):
    code = members.add(LOCAL_ADMIN, KNH).code
    joined = members.join(code, None, "192.0.2.1")
    analysts = members.issue_token(LOCAL_ADMIN, "analyst")
    turned = members.rotate_token(LOCAL_ADMIN, analysts.id)
    members.revoke_token(LOCAL_ADMIN, turned.id)
    assert on_record(federation) == [
        ("envoy.add", "admin:cli", "KNH"),
        ("envoy.code", "admin:cli", "KNH"),
        ("token.issue", "hospital:KNH:code", joined.id),
        ("token.issue", "admin:cli", analysts.id),
        ("token.issue", "admin:cli", turned.id),
        ("token.rotate", "admin:cli", analysts.id),
        ("token.revoke", "admin:cli", turned.id),
    ]


def test_what_is_issued_holds_at_once_and_what_is_revoked_no_more(federation: FederationSimulator, members: Members):
    def holds(secret: str) -> bool:
        return federation.http.get("/tasks", headers={"Authorization": f"Bearer {secret}"}).status_code == 200

    issued = members.issue_token(LOCAL_ADMIN, "analyst")
    assert holds(issued.token)
    turned = members.rotate_token(LOCAL_ADMIN, issued.id, timedelta(0))
    assert (holds(issued.token), holds(turned.token)) == (False, True)
    members.revoke_token(LOCAL_ADMIN, turned.id)
    assert not holds(turned.token)


def test_how_long_things_hold_is_as_the_settings_say(tmp_path: Path):
    settings = {"token_days": 7, "rotation_overlap_hours": 2, "enrolment_hours": 5}
    with FederationSimulator(tmp_path / "director", **settings) as federation:
        members, now = federation.director.members, federation.clock.now
        issued = members.issue_token(LOCAL_ADMIN, "analyst")
        assert issued.expires_at == now + timedelta(days=7)
        members.rotate_token(LOCAL_ADMIN, issued.id)
        assert members.get_token(LOCAL_ADMIN, issued.id).expires_at == now + timedelta(hours=2)
        assert members.add(LOCAL_ADMIN, KNH).expires_at == now + timedelta(hours=5)
        with pytest.raises(InvalidRequestError):
            members.issue_token(LOCAL_ADMIN, "analyst", lasting=timedelta(days=7, seconds=1))


def test_a_token_is_issued_once_under_a_key_and_the_key_is_its_callers_alone(
    federation: FederationSimulator, members: Members
):
    first, again = (members.issue_token(LOCAL_ADMIN, "analyst", key="mine") for _ in range(2))
    assert (first.id, first.token == again.token) == (again.id, False)
    other = members.issue_token(federation.let_hold(Principal("t9", "admin")), "analyst", key="mine")
    assert other.id != first.id
    with pytest.raises(IdempotencyKeyReusedError):
        members.issue_token(LOCAL_ADMIN, "analyst", lasting=timedelta(days=1), key="mine")


def test_what_is_refused_is_not_on_record(federation: FederationSimulator, members: Members):
    before = on_record(federation)
    refusals: tuple[tuple[type[Exception], Callable[[], object]], ...] = (
        (UnauthenticatedError, lambda: members.join("join_nothing", None, "192.0.2.1")),
        (UnknownEnvoyError, lambda: members.issue_token(LOCAL_ADMIN, "hospital", NOBODY)),
        (NotFoundError, lambda: members.rotate_token(LOCAL_ADMIN, "nothing")),
        (NotFoundError, lambda: members.revoke_token(LOCAL_ADMIN, "nothing")),
        (NotFoundError, lambda: members.get_token(LOCAL_ADMIN, "nothing")),
    )
    for kind, act in refusals:
        with pytest.raises(kind):
            act()
    assert on_record(federation) == before


def test_where_no_token_was_used_no_write_lock_is_taken(
    federation: FederationSimulator, members: Members, monkeypatch: pytest.MonkeyPatch
):
    secret = members.issue_token(LOCAL_ADMIN, "analyst")
    federation.http.get("/tasks", headers={"Authorization": f"Bearer {secret.token}"})
    members.note_use()
    assert members.get_token(LOCAL_ADMIN, secret.id).last_used_at == federation.clock.now
    monkeypatch.setattr(federation.director.database, "write", lambda: pytest.fail("nothing was used since"))
    members.note_use()
