"""What a person decides about a thing in quarantine."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from contract.messages.base import Message
from contract.visible_text import ONE_FILLED_LINE

Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=ONE_FILLED_LINE)]


class DecisionRequest(Message):
    """Release something from quarantine, or reject it, and say why."""

    reason: Reason


class Decision(Message):
    """What a person decided, why, and when."""

    verdict: Literal["released", "rejected"]
    reason: str
    by: str
    decided_at: datetime
