"""Proposals that wait for a second person, as matters."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.messages.overview import Matter
from director.records.proposal_schema import ProposalRow


def open_proposals(session: Session, now: datetime) -> Sequence[Matter]:
    """Give the proposals that wait for another admin now."""
    is_open = (ProposalRow.state == "open", ProposalRow.expires_at > now)
    rows = session.scalars(select(ProposalRow).where(*is_open).order_by(ProposalRow.id))
    return [
        Matter(
            kind="proposal_open",
            subject=str(row.id),
            since=row.proposed_at,
            until=row.expires_at,
            reason=f"{row.act} {row.subject}",
        )
        for row in rows
    ]
