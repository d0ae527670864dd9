"""The tables of runs and their rounds, beside those of ``director.records.schema``."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contract.messages.runs import LateRule, RoundState, RunChoice, RunState
from contract.names import Digest, TaskName
from director.records.schema import Base, EnvoyRow, StartRow


class RunRow(Base):
    """Rounds of training together, one after the other."""

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[TaskName]
    task_digest: Mapped[Digest]
    state: Mapped[RunState] = mapped_column(String(16), index=True)
    reason: Mapped[str | None]
    rounds: Mapped[int]
    quorum: Mapped[int]
    deadline_seconds: Mapped[float]
    strategy: Mapped[str] = mapped_column(String(100))
    parameters: Mapped[dict[str, Any]]
    late: Mapped[LateRule] = mapped_column(String(16))
    seed: Mapped[int] = mapped_column(BigInteger)
    patience: Mapped[int | None]
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    invitations: Mapped[list["InvitationRow"]] = relationship(lazy="selectin", order_by="InvitationRow.envoy_id")


class InvitationRow(Base):
    """A hospital's place in a run, and what it answered."""

    __tablename__ = "run_invitations"

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    envoy_id: Mapped[int] = mapped_column(ForeignKey("envoys.id"), primary_key=True)
    choice: Mapped[RunChoice | None] = mapped_column(String(16))
    reason: Mapped[str | None]
    patients: Mapped[int | None]
    cohort: Mapped[Digest | None]
    answered_at: Mapped[datetime | None]

    envoy: Mapped[EnvoyRow] = relationship(lazy="joined")


class RoundRow(Base):
    """One round; one that failed is tried again under the same number."""

    __tablename__ = "rounds"
    __table_args__ = (UniqueConstraint("run_id", "number", "attempt"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), index=True)
    number: Mapped[int]
    attempt: Mapped[int]
    state: Mapped[RoundState] = mapped_column(String(16))
    reason: Mapped[str | None]
    start_id: Mapped[int] = mapped_column(ForeignKey("starts.id"))
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    score: Mapped[float | None]
    """How well the version that it gave does, less is better; null: it gave none, or nobody says."""
    details: Mapped[str | None]
    """What the admin alone reads of why it failed."""

    run: Mapped[RunRow] = relationship(lazy="joined")
    start: Mapped[StartRow] = relationship(lazy="joined")
    closing: Mapped["RoundClosingRow | None"] = relationship(lazy="joined")
    contributions: Mapped[list["ContributionRow"]] = relationship(lazy="selectin", order_by="ContributionRow.envoy_id")


class RoundClosingRow(Base):
    """That a round takes no further update; there is at most one a round, whoever closes it."""

    __tablename__ = "round_closings"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    closed_at: Mapped[datetime]


class ContributionRow(Base):
    """A hospital's update in a round: one thing, its current model another."""

    __tablename__ = "contributions"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    envoy_id: Mapped[int] = mapped_column(ForeignKey("envoys.id"), primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"))
    cohort: Mapped[Digest | None]
    returned_at: Mapped[datetime]

    envoy: Mapped[EnvoyRow] = relationship(lazy="joined")


class QuiescenceRow(Base):
    """A time in which the director opens nothing new, so that it can be stopped."""

    __tablename__ = "quiescences"

    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
