"""The audit: its records, a checkpoint of it, and what a verification found."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, JsonValue

from contract.messages.base import Message
from contract.names import Digest


class AuditRecord(Message):
    """One act on record: who did what to which subject, when."""

    seq: Annotated[int, Field(ge=1)]
    at: datetime
    actor: str
    act: str
    subject: str
    facts: dict[str, JsonValue]
    previous: Digest
    digest: Digest
    person: str | None = Field(
        default=None,
        exclude_if=lambda value: value is None,
        description="Whose token it was, where the token names a person. Not part of the record.",
    )


class Checkpoint(Message):
    """The newest record at a moment: kept elsewhere, it shows whether the records up to it are still the same.

    ``seq`` is also their number; 0 before the first.
    """

    seq: Annotated[int, Field(ge=0)]
    digest: Digest
    at: datetime


class AuditVerification(Message):
    """What reading the whole chain found.

    ``records`` is the number of records up to the first defect; ``first_bad`` is the seq that has it.
    """

    is_whole: bool
    records: int
    first_bad: int | None = None
    defect: str | None = None
    head: Checkpoint | None = None
