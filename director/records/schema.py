"""The tables. A row is the truth; files are its matter (``blobs``) or a view of it (``views``)."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, Index, MetaData, String, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from contract.messages.base import Role, Verdict
from contract.messages.global_models import AnswerChoice
from contract.names import AliasName, Digest, EnvoyName, TaskName
from contract.parts import FileRole, GlobalFileRole


class UtcDateTime(TypeDecorator[datetime]):
    """A moment; SQLite forgets time zones, so all are UTC and come back saying so."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What comes back."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store in UTC."""
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _Text(TypeDecorator[Any]):
    """A validated value type, stored as text."""

    impl = String(64)
    cache_ok = True
    of: type[str]

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return str(value) if value is not None else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return self.of(value) if value is not None else None


class _DigestText(_Text):
    cache_ok = True
    of = Digest


class _EnvoyNameText(_Text):
    cache_ok = True
    of = EnvoyName


class _TaskNameText(_Text):
    cache_ok = True
    of = TaskName


class _AliasNameText(_Text):
    cache_ok = True
    of = AliasName


class Base(DeclarativeBase):
    """Root of the tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: UtcDateTime,
        Digest: _DigestText,
        EnvoyName: _EnvoyNameText,
        TaskName: _TaskNameText,
        AliasName: _AliasNameText,
        dict[str, Any]: JSON,
        dict[str, Any] | None: JSON(none_as_null=True),
        list[Any]: JSON,
    }


class _HasFiles:
    """What is a set of files, each with a role: a further one is a row, not a column."""

    files: Any

    @property
    def digests(self) -> dict[str, Digest]:
        """Digest of each file by its role."""
        return {file.role: file.sha256 for file in self.files}

    def digest_of(self, role: str) -> Digest:
        """Digest of one of its files."""
        return self.digests[role]


class EnvoyRow(Base):
    """A hospital of the federation."""

    __tablename__ = "envoys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[EnvoyName]
    folded_name: Mapped[str] = mapped_column(String(63), unique=True)
    created_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    """Since when it has left, for good; it is disabled as well."""
    expected_examples: Mapped[int | None]
    """How many training examples the admin expects of it at most; null: nothing was said."""
    kept_versions: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many of its versions have their files here."""
    kept_bytes: Mapped[int] = mapped_column(default=0, server_default="0")
    """What those files take, as if no two were the same."""


class EnrolmentCodeRow(Base):
    """A one-time code, kept as its digest."""

    __tablename__ = "enrolment_codes"

    sha256: Mapped[Digest] = mapped_column(primary_key=True)
    envoy_id: Mapped[int] = mapped_column(ForeignKey("envoys.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_with: Mapped[Digest | None]
    """Digest of the key that the join came with: the same sender may repeat it if the answer was lost."""
    token_id: Mapped[str | None] = mapped_column(String(16))


class TokenRow(Base):
    """A token, kept as its digest."""

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    sha256: Mapped[Digest] = mapped_column(unique=True)
    role: Mapped[Role] = mapped_column(String(16))
    envoy_id: Mapped[int | None] = mapped_column(ForeignKey("envoys.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    successor_id: Mapped[str | None] = mapped_column(String(16))
    """The token that a rotation put in its place."""
    person: Mapped[str | None] = mapped_column(String(100))
    """Whose it is; null: nobody said it, or it is a hospital's machine's."""

    envoy: Mapped[EnvoyRow | None] = relationship(lazy="joined")


class StatisticsRow(Base):
    """A hospital's share of the common scaler; the highest version of a hospital counts."""

    __tablename__ = "statistics"
    __table_args__ = (UniqueConstraint("envoy_id", "task", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    envoy_id: Mapped[int] = mapped_column(ForeignKey("envoys.id"))
    task: Mapped[TaskName]
    version: Mapped[int]
    num_examples: Mapped[int]
    mean: Mapped[list[Any]]
    m2: Mapped[list[Any]]
    verdict: Mapped[Verdict] = mapped_column(String(16))
    checks: Mapped[list[Any]]
    decision: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]

    envoy: Mapped[EnvoyRow] = relationship(lazy="joined")


class StartRow(Base):
    """A start that hospitals train from; the highest id of a task is the current one."""

    __tablename__ = "starts"

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[TaskName]
    base: Mapped[Digest] = mapped_column(index=True)
    model_sha256: Mapped[Digest] = mapped_column(index=True)
    scaler_sha256: Mapped[Digest | None] = mapped_column(index=True)
    global_version: Mapped[int | None]
    created_at: Mapped[datetime]
    pruned_at: Mapped[datetime | None]
    """Since when its files are no longer kept; null: they are here."""


class SubmissionRow(_HasFiles, Base):
    """One upload and its verdict; an admitted one is a version of its hospital's model."""

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("envoy_id", "task", "version"),
        UniqueConstraint("envoy_id", "parcel", name="uq_submissions_parcel"),
        Index("ix_submissions_verdict", "verdict", "task", "envoy_id", "version"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    envoy_id: Mapped[int] = mapped_column(ForeignKey("envoys.id"))
    task: Mapped[TaskName]
    task_digest: Mapped[Digest]
    version: Mapped[int | None]
    verdict: Mapped[Verdict] = mapped_column(String(16))
    parcel: Mapped[Digest | None]
    """What makes it the same submission again: task, base, model, scaler, count. Null unless it was kept."""
    base: Mapped[Digest]
    num_examples: Mapped[int]
    metadata_json: Mapped[dict[str, Any]]
    checks: Mapped[list[Any]]
    decision: Mapped[dict[str, Any] | None]
    """What a person decided about it: the verdict of a released one stands, whatever the gate says later."""
    created_at: Mapped[datetime] = mapped_column(index=True)

    envoy: Mapped[EnvoyRow] = relationship(lazy="joined")
    files: Mapped[list["SubmissionFileRow"]] = relationship(lazy="selectin", order_by="SubmissionFileRow.role")


class SubmissionFileRow(Base):
    """A version is a set of (role, digest) rows."""

    __tablename__ = "submission_files"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    role: Mapped[FileRole] = mapped_column(String(16), primary_key=True)
    sha256: Mapped[Digest]
    bytes: Mapped[int]
    pruned_at: Mapped[datetime | None]
    """Since when the file is no longer kept; null: it is here."""


class GlobalModelRow(_HasFiles, Base):
    """A global version with its lineage."""

    __tablename__ = "global_models"
    __table_args__ = (
        UniqueConstraint("task", "version"),
        Index("uq_global_models_round_id", "round_id", unique=True),  # no constraint: others refer to this table
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[TaskName]
    task_digest: Mapped[Digest]
    version: Mapped[int]
    strategy: Mapped[str] = mapped_column(String(100))
    parameters: Mapped[dict[str, Any]]
    scaler: Mapped[str] = mapped_column(String(63))
    num_examples: Mapped[int]
    inputs: Mapped[list[Any]]
    quarantined: Mapped[list[Any]]
    metrics: Mapped[dict[str, Any]]
    held_out: Mapped[dict[str, Any] | None]
    parent: Mapped[int | None]
    """The version that was current when it was made, from which it moved on; null: the shared start."""
    standing: Mapped[list[Any]]
    notes: Mapped[list[Any]]
    round_id: Mapped[int | None]
    """The round that gave it: a round gives one version, whoever computes it; null: it came of no round."""
    note: Mapped[str | None]
    """What the admin noted about it; the admin alone reads it."""
    engine_run: Mapped[dict[str, Any] | None]
    """Which engine's run made it; null: it was made here."""
    created_at: Mapped[datetime]

    files: Mapped[list["GlobalModelFileRow"]] = relationship(lazy="selectin", order_by="GlobalModelFileRow.role")


class GlobalModelFileRow(Base):
    """A global version, too, is a set of (role, digest) rows."""

    __tablename__ = "global_model_files"

    global_model_id: Mapped[int] = mapped_column(ForeignKey("global_models.id"), primary_key=True)
    role: Mapped[GlobalFileRole] = mapped_column(String(16), primary_key=True)
    sha256: Mapped[Digest]


class ModelAliasRow(Base):
    """A name that the admin gave a global version; who did it and when is in the audit."""

    __tablename__ = "model_aliases"

    task: Mapped[TaskName] = mapped_column(primary_key=True)
    alias: Mapped[AliasName] = mapped_column(primary_key=True)
    global_model_id: Mapped[int] = mapped_column(ForeignKey("global_models.id"), index=True)

    global_model: Mapped[GlobalModelRow] = relationship(lazy="joined")


class VersionAnswerRow(Base):
    """A hospital's word on a global version; its newest one holds."""

    __tablename__ = "version_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    global_model_id: Mapped[int] = mapped_column(ForeignKey("global_models.id"), index=True)
    envoy_id: Mapped[int] = mapped_column(ForeignKey("envoys.id"), index=True)
    answer: Mapped[AnswerChoice] = mapped_column(String(16))
    created_at: Mapped[datetime]

    envoy: Mapped[EnvoyRow] = relationship(lazy="joined")


class PublicationRow(Base):
    """An act of publishing: the highest id of a task is the pointer. Rollback is the same act."""

    __tablename__ = "publications"

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[TaskName]
    global_model_id: Mapped[int | None] = mapped_column(ForeignKey("global_models.id"), index=True)
    """Null: the task begins anew, from the shared start."""
    actor: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]

    global_model: Mapped[GlobalModelRow | None] = relationship(lazy="joined")


class ValidationTableRow(Base):
    """An act of setting a task's validation table: the highest id of a task holds; no digest: there is none."""

    __tablename__ = "validation_tables"

    id: Mapped[int] = mapped_column(primary_key=True)
    task: Mapped[TaskName] = mapped_column(index=True)
    task_digest: Mapped[Digest]
    sha256: Mapped[Digest | None]
    rows: Mapped[int]
    actor: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]


class IdempotencyKeyRow(Base):
    """What a key of a caller was first used for, so that a repeated request finds the first one's result."""

    __tablename__ = "idempotency_keys"

    caller: Mapped[str] = mapped_column(String(100), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_sha256: Mapped[Digest]
    reference: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]


class ReaderRow(Base):
    """How far a reader of the audit has come that must not miss an entry."""

    __tablename__ = "readers"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int]


class AuditRow(Base):
    """One act, chained to the one before it."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(100))
    act: Mapped[str] = mapped_column(String(60), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    facts: Mapped[dict[str, Any]]
    previous: Mapped[Digest]
    digest: Mapped[Digest]
