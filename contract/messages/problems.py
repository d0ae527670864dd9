"""What went wrong, and what the gate looked at."""

from pydantic import Field

from contract.messages.base import Message


class Check(Message):
    """One thing that the gate looked at."""

    name: str
    passed: bool
    seen: str = Field(description="The number or name that was found.")
    bound: str = Field(description="What it was held against.")
    sentence: str


class Problem(Message):
    """An error, RFC 9457: what failed, why, and what to do next."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    hint: str = ""
    facts: dict[str, str | int | float | bool | None] = {}
    checks: list[Check] = []
    request_id: str = ""
