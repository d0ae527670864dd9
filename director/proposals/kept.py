"""Proposals as they are kept: questions to their rows, whose one is, what became of it, and rows to messages.

No timer ends one: that its time is up is seen by whoever looks.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import Session

from contract.messages.proposals import Proposal, ProposalState
from director.errors import ConflictError, ForbiddenError, NotFoundError
from director.members.access import Principal
from director.members.spellings import folded
from director.records.ledger import Act
from director.records.proposal_schema import ProposalRow
from director.records.schema import TokenRow

NAMED = "Issue each admin a token of their own: fl-director token issue --role admin --person NAME"
"""What to do where a token does not say whose it is."""


def proposal_with_number(session: Session, number: int) -> ProposalRow:
    """Find a proposal.

    Raises:
        NotFoundError: There is none.
    """
    row = session.get(ProposalRow, number)
    if row is None:
        raise NotFoundError(f"There is no proposal {number}.", hint="See GET /proposals.")
    return row


def open_proposal(session: Session, number: int, now: datetime) -> ProposalRow:
    """Find a proposal that can still be decided.

    Raises:
        NotFoundError: There is none.
        ConflictError: It is decided, or its time is up.
    """
    row = proposal_with_number(session, number)
    state = state_of(row, now)
    if state != "open":
        raise ConflictError(
            f"Proposal {number} is {state}: nothing can be decided about it.",
            hint="Ask for the act anew where it is still wanted.",
            proposal=number,
            state=state,
        )
    return row


def require_standing(session: Session, row: ProposalRow) -> None:
    """Refuse what was proposed with a token that was revoked since: it may have been in another hand.

    Raises:
        ConflictError: It was.
    """
    token = session.get(TokenRow, row.token_id)
    if token is not None and token.revoked_at is not None:
        raise ConflictError(
            f"The token that made proposal {row.id} was revoked since: it may have been in another hand.",
            hint="Decline this, and have the act asked for anew where it is wanted.",
            proposal=row.id,
        )


def decide(row: ProposalRow, state: ProposalState, act: Act, person: str | None, reason: str | None = None) -> None:
    """Write down what became of a proposal, by whom and why."""
    row.state, row.decided_by, row.decided_person = state, act.actor, person
    row.decided_at, row.decision_reason = act.now, reason


def state_of(row: ProposalRow, now: datetime) -> ProposalState:
    """Say what became of a proposal."""
    return "expired" if row.state == "open" and row.expires_at <= now else row.state


def is_in(state: ProposalState, now: datetime) -> ColumnElement[bool]:
    """Ask for the proposals in a state."""
    if state == "expired":
        return and_(ProposalRow.state == "open", ProposalRow.expires_at <= now)
    if state == "open":
        return and_(ProposalRow.state == "open", ProposalRow.expires_at > now)
    return ProposalRow.state == state


def person_of(session: Session, caller: Principal) -> str | None:
    """Give whose token it is, if it says so in a name that can be seen; asked of the row, as it is now."""
    row = session.get(TokenRow, caller.token_id)
    return row.person if row is not None and row.person is not None and folded(row.person) else None


def is_own(row: ProposalRow, caller: Principal, person: str | None) -> bool:
    """Tell whether a proposal is of whoever asks: of their token, or of the person whom their token names."""
    return row.token_id == caller.token_id or (person is not None and folded(row.person) == folded(person))


def nobody_named(what: str) -> ForbiddenError:
    """Refuse a token that does not say whose it is."""
    return ForbiddenError(
        f"This takes two persons, and this token does not say whose it is: it can't {what}.", hint=NAMED
    )


def describe_proposal(row: ProposalRow, caller: Principal, person: str | None, now: datetime) -> Proposal:
    """Turn a row into the message, for whoever asks."""
    return Proposal(
        id=row.id,
        act=row.act,
        subject=row.subject,
        request=row.request,
        reason=row.reason,
        state=state_of(row, now),
        proposed_by=row.proposed_by,
        person=row.person,
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
        decided_by=row.decided_by,
        decided_person=row.decided_person,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        is_own=is_own(row, caller, person),
    )
