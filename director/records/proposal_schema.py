"""The table of proposals, beside those of ``director.records.schema``."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from contract.messages.proposals import ProposalState, ProposedAct
from director.records.schema import Base


class ProposalRow(Base):
    """An act that waits for a second admin, or what became of it."""

    __tablename__ = "proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    act: Mapped[ProposedAct] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(200))
    request: Mapped[dict[str, Any]]
    reason: Mapped[str | None]
    state: Mapped[ProposalState] = mapped_column(String(16), index=True)
    """Never expired: one that is open has expired once its time is up, whoever looks."""
    token_id: Mapped[str] = mapped_column(String(16))
    """Of whoever proposed it."""
    proposed_by: Mapped[str] = mapped_column(String(100))
    person: Mapped[str] = mapped_column(String(100))
    proposed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(100))
    decided_person: Mapped[str | None] = mapped_column(String(100))
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]
