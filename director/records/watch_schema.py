"""The tables of what watching remembers, beside those of ``director.records.schema``."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from contract.names import EnvoyName
from director.records.schema import Base


class VerificationRow(Base):
    """The newest time that somebody followed the audit's chain; there is one row at most."""

    __tablename__ = "verifications"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    records: Mapped[int]
    defect: Mapped[str | None]
    """Null: it was whole."""


class AlertRow(Base):
    """A condition, as far as a channel has told of it."""

    __tablename__ = "alerts"

    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    hospital: Mapped[EnvoyName | None]
    since: Mapped[datetime]
    told_at: Mapped[datetime | None]
    """When it was told last that it is so; null: that it began is still to be told."""
    ended_at: Mapped[datetime | None]
    """Null: it is so still; else that it ended is still to be told."""


class AlertChannelRow(Base):
    """How a channel does."""

    __tablename__ = "alert_channels"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    sent_at: Mapped[datetime | None]
    failures: Mapped[int]
    """How often in a row; 0: the last message was taken."""
    failed_at: Mapped[datetime | None]
    why: Mapped[str | None]
