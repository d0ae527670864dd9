"""Rows go once they are old enough, and none that counts, waits, holds, or that another one refers to."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from director.members.access import LOCAL_ADMIN
from director.records.proposal_schema import ProposalRow
from director.records.schema import (
    EnrolmentCodeRow,
    IdempotencyKeyRow,
    StatisticsRow,
    SubmissionRow,
    TokenRow,
)
from director.records.session_schema import SessionRow, SignInLinkRow
from director.retention_settings import NO_PERIODS
from director.upkeep.old_rows import count_old_rows, forget_old_rows
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def forget(federation: FederationSimulator, **periods: int) -> Mapping[str, int]:
    """Let rows go by these periods alone; what is said before is what is said then, and nothing is left to go."""
    found = NO_PERIODS.model_copy(update={"key_days": 36_500, **periods})
    with federation.director.ledger.act("director") as act:
        would = count_old_rows(act.session, found, act.now)
        assert forget_old_rows(act.session, found, act.now) == would
        assert count_old_rows(act.session, found, act.now) == {}
    assert federation.director.upkeep.defects() == []
    return would


def ids(federation: FederationSimulator, row: Any, column: str = "id") -> list[Any]:
    with federation.director.ledger.read() as session:
        return list(session.scalars(select(getattr(row, column)).order_by(row.created_at)))


def test_of_refused_uploads_the_old_rows_go_and_no_kept_version_is_one(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    kept = hospital.train_and_upload()["id"]
    assert federation.decide("reject", kept).status_code == 200  # a person's word: its row is of the history
    for _ in range(2):
        bad = hospital.parcel()
        bad.metadata["num_examples"] = 1
        assert hospital.upload(bad).status_code >= 400
        federation.clock.pass_by(days=10)
    _, _, newer = ids(federation, SubmissionRow)
    federation.clock.pass_by(hours=1)
    assert forget(federation, refused_days=15) == {"refused_days": 1}
    assert ids(federation, SubmissionRow) == [kept, newer]
    assert forget(federation, refused_days=10) == {"refused_days": 1}
    assert ids(federation, SubmissionRow) == [kept]
    refused = federation.http.get("/audit?act=upload.reject", headers=federation.admin).json()["items"]
    assert len(refused) == 2


def test_a_report_goes_so_long_after_a_newer_one_took_its_place(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    for _ in range(4):
        hospital.counts = hospital.counts + 1
        assert hospital.send_statistics().status_code == 201
        federation.clock.pass_by(days=10)
    federation.clock.pass_by(hours=1)
    first, second, third, newest = ids(federation, StatisticsRow)
    with federation.director.database.write() as session:
        session.execute(update(StatisticsRow).where(StatisticsRow.id == first).values(verdict="quarantined"))
    start = hospital.start()
    assert forget(federation, report_days=20) == {"report_days": 1}
    assert ids(federation, StatisticsRow) == [
        first,
        third,
        newest,
    ]  # what waits stays; the third was replaced 10 days ago
    with federation.director.database.write() as session:
        session.execute(update(StatisticsRow).where(StatisticsRow.id == newest).values(verdict="rejected"))
    assert forget(federation, report_days=1) == {}  # the third counts again, and the newest says how far they are
    assert hospital.start() == start
    assert second not in ids(federation, StatisticsRow)


def test_codes_go_once_they_were_used_or_ended_and_one_that_holds_stays(federation: FederationSimulator):
    federation.enrol("KNH")
    ended = federation.http.post("/envoys", json={"envoy_name": "MTRH"}, headers=federation.admin)
    assert ended.status_code == 201
    federation.clock.pass_by(days=12)
    holds = federation.http.post("/envoys", json={"envoy_name": "Embu"}, headers=federation.admin).json()["code"]
    federation.clock.pass_by(days=2)
    assert forget(federation, code_days=12) == {"code_days": 1}  # MTRH's ended on its third day
    federation.clock.pass_by(hours=23)
    assert federation.http.post("/join", json={"code": holds}).status_code == 201
    federation.clock.pass_by(days=12)
    assert forget(federation, code_days=10) == {"code_days": 2}
    assert ids(federation, EnrolmentCodeRow, "sha256") == []
    waiting = federation.http.get("/overview", headers=federation.admin).json()["matters"]
    assert ("hospital_not_joined", "MTRH") in {(each["kind"], each["subject"]) for each in waiting}


def test_a_token_goes_with_all_it_took_the_place_of_and_none_that_something_refers_to(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    members = federation.director.members
    line = [members.issue_token(LOCAL_ADMIN, "analyst", None, timedelta(days=5), person="Jane Wanjiru").id]
    line.append(members.rotate_token(LOCAL_ADMIN, line[0], timedelta(hours=1)).id)
    line.append(members.rotate_token(LOCAL_ADMIN, line[1], timedelta(hours=1)).id)
    proposer, keyed = (members.issue_token(LOCAL_ADMIN, "admin", None, timedelta(days=1)).id for _ in range(2))
    with federation.director.database.write() as session:
        session.add(_proposal(federation, proposer))
        session.add(
            IdempotencyKeyRow(
                caller="a", key="k", request_sha256="0" * 64, reference=keyed, created_at=federation.clock.now
            )
        )
        session.execute(
            update(TokenRow)
            .where(TokenRow.envoy_id.is_not(None))
            .values(expires_at=federation.clock.now + timedelta(hours=1), last_used_at=federation.clock.now)
        )
    federation.clock.pass_by(days=4)
    assert forget(federation, ended_token_days=2) == {"ended_token_days": 2}  # the third of the line holds yet
    assert set(line) & set(ids(federation, TokenRow)) == {line[2]}
    members.revoke_token(LOCAL_ADMIN, line[2])
    federation.clock.pass_by(days=3)
    assert forget(federation, ended_token_days=2, key_days=2) == {"key_days": 1, "ended_token_days": 2}
    left = ids(federation, TokenRow)
    assert proposer in left  # its proposal is open, and must not be approved for a token that was revoked
    assert not {keyed, *line} & set(left)
    seen = federation.http.get(f"/envoys/{hospital.name}", headers=federation.admin).json()["last_seen_at"]
    assert seen is not None  # by the token of the hospital that was used last, which ended long ago
    issued = federation.http.get("/audit?act=token.issue", headers=federation.admin).json()["items"]
    assert "Jane Wanjiru" in {each["facts"].get("person") for each in issued}  # the audit has it for good


def test_a_token_between_two_that_hold_is_kept_so_that_the_line_can_be_ended_as_one(federation: FederationSimulator):
    members = federation.director.members
    first = members.issue_token(LOCAL_ADMIN, "analyst", None, timedelta(days=80)).id
    second = members.rotate_token(LOCAL_ADMIN, first, timedelta(days=60)).id
    third = members.rotate_token(LOCAL_ADMIN, second, timedelta(days=60)).id
    members.revoke_token(LOCAL_ADMIN, second)
    federation.clock.pass_by(days=30)
    assert forget(federation, ended_token_days=10) == {}
    assert {first, second, third} <= set(ids(federation, TokenRow))


def _proposal(federation: FederationSimulator, token_id: str) -> ProposalRow:
    return ProposalRow(
        act="disable",
        subject="KNH",
        request={"envoy_name": "KNH"},
        state="open",
        token_id=token_id,
        proposed_by=f"admin:{token_id}",
        person="Amina",
        proposed_at=federation.clock.now,
        expires_at=federation.clock.now + timedelta(days=20),
    )


def test_a_proposal_goes_so_long_after_it_was_decided_or_lapsed(federation: FederationSimulator):
    with federation.director.database.write() as session:
        session.add_all(_proposal(federation, "0" * 12) for _ in range(2))
    with federation.director.database.write() as session:
        session.execute(
            update(ProposalRow)
            .where(ProposalRow.id == 1)
            .values(state="declined", decided_at=federation.clock.now, decision_reason="no")
        )
    federation.clock.pass_by(days=11)
    assert forget(federation, decided_proposal_days=10) == {"decided_proposal_days": 1}
    federation.clock.pass_by(days=18)
    assert forget(federation, decided_proposal_days=10) == {}
    federation.clock.pass_by(days=2)
    assert forget(federation, decided_proposal_days=10) == {"decided_proposal_days": 1}


@pytest.mark.parametrize(("days", "left"), [(1, 0), (3, 1)])
def test_keys_of_repeated_requests_go_by_their_period(federation: FederationSimulator, days: int, left: int):
    hospital = federation.enrol("KNH")
    assert hospital.upload(hospital.parcel(), **{"Idempotency-Key": "once"}).status_code == 201
    federation.clock.pass_by(days=2)
    assert forget(federation, key_days=days) == ({} if left else {"key_days": 1})
    with federation.director.ledger.read() as session:
        assert session.scalar(select(func.count()).select_from(IdempotencyKeyRow)) == left


def test_sessions_and_links_go_a_week_after_their_end_although_nobody_signs_in(federation: FederationSimulator):
    federation.sign_in(federation.token("analyst"))
    federation.director.people.make_link(LOCAL_ADMIN, "admin", None, person="Amina")
    federation.clock.pass_by(days=7, hours=1)
    assert forget(federation) == {"sessions": 1}  # the link, which held for minutes
    federation.clock.pass_by(days=1)
    assert forget(federation) == {"sessions": 1}
    assert (ids(federation, SessionRow), ids(federation, SignInLinkRow, "sha256")) == ([], [])
