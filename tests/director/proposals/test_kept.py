"""Proposals as they are kept: whose one is, and what became of it, for whoever looks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from contract.messages.proposals import ProposalState
from director.errors import ConflictError, NotFoundError
from director.members.access import ADMIN, LOCAL_ADMIN, Principal
from director.proposals.kept import describe_proposal, is_in, is_own, open_proposal, person_of, state_of
from director.records.proposal_schema import ProposalRow
from tests.federation_simulator import FederationSimulator

NOW = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


def proposal(person: str = "Amina Otieno", state: ProposalState = "open") -> ProposalRow:
    return ProposalRow(
        id=1, act="disable", subject="KNH", request={"envoy_name": "KNH"}, state=state, token_id="t1",
        proposed_by="admin:t1", person=person, proposed_at=NOW, expires_at=NOW + timedelta(days=7),
    )  # fmt: skip


def test_a_proposal_is_of_its_token_and_of_its_person_however_spelled() -> None:
    row = proposal()
    assert is_own(row, Principal("t1", ADMIN), None)
    assert is_own(row, Principal("t2", ADMIN), "  amina OTIENO ")
    assert not is_own(row, Principal("t2", ADMIN), "Baraka")
    assert not is_own(row, Principal("t2", ADMIN), None)
    assert not is_own(row, LOCAL_ADMIN, None)


@given(st.text(min_size=1))
def test_nobody_is_another_by_blanks_around_their_name(person: str) -> None:
    assert is_own(proposal(person), Principal("t2", ADMIN), f" {person}\t")


@pytest.mark.parametrize("state", ["approved", "declined", "withdrawn"])
def test_what_was_decided_does_not_expire(state: ProposalState) -> None:
    assert state_of(proposal(state=state), NOW + timedelta(days=99)) == state
    assert describe_proposal(proposal(), LOCAL_ADMIN, None, NOW + timedelta(days=7)).state == "expired"


def test_what_is_asked_for_by_its_state_is_what_is_described_so(federation: FederationSimulator) -> None:
    federation.waiting_proposal("KNH")
    with federation.director.database.read() as session:
        for now, state in ((NOW, "open"), (NOW + timedelta(days=7), "expired")):
            for asked in ("open", "expired", "approved"):
                found = session.scalars(select(ProposalRow).where(is_in(asked, now))).all()
                assert [state_of(row, now) for row in found] == ([state] if asked == state else [])
        with pytest.raises(ConflictError, match="expired"):
            open_proposal(session, 1, NOW + timedelta(days=7))
        with pytest.raises(NotFoundError):
            open_proposal(session, 2, NOW)


@pytest.mark.parametrize("blank", [" ", "\u200b"])
def test_a_name_that_shows_nothing_names_nobody(federation: FederationSimulator, blank: str) -> None:
    token = federation.director.members.issue_token(LOCAL_ADMIN, ADMIN, person=blank)
    with federation.director.database.read() as session:
        assert person_of(session, Principal(token.id, ADMIN)) is None


def test_a_person_is_named_by_the_tokens_row(federation: FederationSimulator) -> None:
    federation.admin_called("Amina")
    (token,) = federation.director.members.list_tokens(
        LOCAL_ADMIN, role="admin", envoy_name=None, limit=10, cursor=None
    ).items
    with federation.director.database.read() as session:
        assert person_of(session, Principal(token.id, ADMIN)) == "Amina"
        assert person_of(session, LOCAL_ADMIN) is None
