"""The admin's held-out table, which the gate holds every model against."""

from datetime import datetime

from pydantic import Field

from contract.messages.base import Message
from contract.names import Digest, TaskName


class ValidationTable(Message):
    """Which table of a task holds now; null: none."""

    task: TaskName
    sha256: Digest | None = Field(description="Digest of the CSV as it was given.")
    rows: int
    by: str | None
    created_at: datetime | None
