"""Whether the director can do its work."""

from typing import Literal

from contract.messages.base import Message


class Health(Message):
    """Whether the director can do its work.

    ``oldest_envoy`` is the oldest version of ``fl-envoy`` that it takes; a director of 0.1 does not say.
    """

    status: Literal["ok", "starting", "failing"]
    version: str
    oldest_envoy: str | None = None
    checks: dict[str, str] = {}
