"""The table of tasks that the consortium added, beside those of ``director.records.schema``."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from contract.names import Digest, TaskName
from director.records.schema import Base


class TaskRow(Base):
    """One definition of a task as its file says it; the newest of a name is the one that holds."""

    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[TaskName] = mapped_column(index=True)
    digest: Mapped[Digest]
    """Of the task as the file has it: the consortium may have moved its cut points by configuration."""
    definition: Mapped[str]
    """The file's text."""
    added_by: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime]
    retired_by: Mapped[str | None] = mapped_column(String(100))
    retired_at: Mapped[datetime | None]
