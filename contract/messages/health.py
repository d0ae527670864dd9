"""Whether the director can do its work."""

from typing import Literal

from contract.messages.base import Message


class Health(Message):
    """Whether the director can do its work."""

    status: Literal["ok", "starting", "failing"]
    version: str
    checks: dict[str, str] = {}
