"""A hospital as the federation sees it: whether it takes part, when it was last there, what counts of it."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.messages.base import Page
from contract.messages.envoys import EnvoyDescription
from director.members.access import ADMIN, ANALYST, Principal
from director.records.paging import page_of
from director.records.schema import EnvoyRow, TokenRow
from director.submissions.kept import current_submissions, describe_current


def list_hospitals(session: Session, caller: Principal, *, limit: int, cursor: str | None) -> Page[EnvoyDescription]:
    """Give a page of the hospitals that the caller may see, by name."""
    query = select(EnvoyRow)
    if caller.envoy_name is not None:
        query = query.where(EnvoyRow.folded_name == caller.envoy_name.folded)
    return page_of(
        session,
        query,
        (EnvoyRow.folded_name,),
        lambda row: describe_hospital(session, row, caller),
        limit=limit,
        cursor=cursor,
    )


def describe_hospital(session: Session, row: EnvoyRow, caller: Principal) -> EnvoyDescription:
    """Describe a hospital as far as the caller may know it."""
    current = [describe_current(submission) for submission in current_submissions(session, envoy=row)]
    if caller.role == ANALYST:
        return EnvoyDescription(envoy_name=row.name, state=None, last_seen_at=None, current=current)
    seen = session.scalar(select(func.max(TokenRow.last_used_at)).where(TokenRow.envoy_id == row.id))
    state = "disabled" if row.disabled_at else "active" if row.joined_at else "enrolled"
    expected = row.expected_examples if caller.role == ADMIN else None
    return EnvoyDescription(
        envoy_name=row.name, state=state, last_seen_at=seen, current=current, expected_examples=expected
    )
