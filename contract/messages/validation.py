"""The admin's held-out table, which the gate holds every model against."""

from datetime import datetime

from pydantic import Field

from contract.messages.base import Message
from contract.names import Digest, TaskName


class ReplacedTable(Message):
    """A table that held until now."""

    sha256: Digest
    rows: int
    by: str
    created_at: datetime


class ValidationTable(Message):
    """Which table of a task holds now; null: none."""

    task: TaskName
    sha256: Digest | None = Field(description="Digest of the CSV as it was given.")
    rows: int
    by: str | None
    created_at: datetime | None
    replaces: ReplacedTable | None = Field(
        default=None, description="Where a table was set or taken away just now: the one that held until then."
    )
    notes: list[str] = Field(default=[], description="What the admin should know of it, in sentences.")
