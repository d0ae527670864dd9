"""What one admin proposes and another approves, where the director is set to ask for two."""

from datetime import datetime
from typing import Literal

from pydantic import Field, JsonValue

from contract.messages.base import Message

ProposedAct = Literal["publish", "release", "disable"]
ProposalState = Literal["open", "approved", "declined", "withdrawn", "expired"]


class Proposal(Message):
    """An act that waits for a second admin, or what became of it."""

    id: int
    act: ProposedAct
    subject: str = Field(description="What it is to be done to: a task and version, a submission, a hospital.")
    request: dict[str, JsonValue] = Field(description="How it was asked for.")
    reason: str | None
    state: ProposalState
    proposed_by: str
    person: str | None = Field(description="Who proposed it.")
    proposed_at: datetime
    expires_at: datetime
    decided_by: str | None = None
    decided_person: str | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = Field(default=None, description="Why it was declined or withdrawn.")
    is_own: bool = Field(description="Whether whoever asks proposed it, and so can't approve it.")
