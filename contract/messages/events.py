"""An event as it is told to those who follow what happens."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, JsonValue

from contract.messages.base import Message


class ToldEvent(Message):
    """Something that was done, as far as whoever follows may know.

    ``seq`` is its place in the audit, where places that are left out were not for this reader; ``actor``, who did it,
    and ``person``, whose token that was, are told to the admin alone; the person in lists, not as it happens.
    """

    seq: Annotated[int, Field(ge=1)]
    at: datetime
    actor: str | None = None
    person: str | None = Field(default=None, exclude_if=lambda value: value is None)
    act: str
    subject: str
    facts: dict[str, JsonValue]
