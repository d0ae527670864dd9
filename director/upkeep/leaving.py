"""A hospital leaves for good: what ends, what goes, what stays, and what can't be undone.

Its tokens and codes end, its models and statistics are taken out and their files are let go. Their rows stay, for the
lineage and the audit name them; so do the global versions that learned from it, which are marked, for what a model has
learned can't be taken out of it (docs/adr/0033-leaving.md).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from contract.messages.base import Message
from contract.names import Digest, EnvoyName, TaskName
from director.members.envoys import disable_envoy, envoy_named
from director.members.events import EnvoyWithdrawn
from director.members.tokens import revoke_tokens_of
from director.models.departures import learned_from, newest_without
from director.models.line import SHARED_START
from director.records import verdicts
from director.records.ledger import Act
from director.records.schema import (
    EnrolmentCodeRow,
    EnvoyRow,
    GlobalModelRow,
    StatisticsRow,
    SubmissionFileRow,
    SubmissionRow,
    TokenRow,
)
from director.submissions.events import UploadWithdrawn
from director.tasks.catalogue import Catalogue
from director.tasks.events import StatisticsWithdrawn
from director.tasks.publications import current_global_model


class LearnedBy(Message):
    """What a task's global versions learned from a hospital.

    Attributes:
        task: Which.
        versions: Those that learned from it, by themselves or by what they moved on from.
        current: The version that answers now; null: none does.
        without: The newest that was ever published and did not; 0: the shared start alone.
    """

    task: TaskName
    versions: tuple[int, ...]
    current: int | None
    without: int

    @property
    def is_current(self) -> bool:
        """Whether what answers now learned from it."""
        return self.current in self.versions


class Leave(Message):
    """What ends and goes where a hospital leaves; said before, or done.

    Attributes:
        envoy_name: Which hospital.
        withdrawn_at: Since when it has left; null: it has not.
        tokens: So many tokens that were not revoked, its machine's and its staff's.
        uploads: So many versions of its models that were not out.
        reports: So many reports of statistics.
        files: So many files of its uploads that were kept.
        bytes: What they take, as if no two were the same.
        learned: Each task of which a version learned from it.
        left_behind: What lies in its folder of the view and is not the director's own.
    """

    envoy_name: EnvoyName
    withdrawn_at: datetime | None
    tokens: int
    uploads: int
    reports: int
    files: int
    bytes: int
    learned: tuple[LearnedBy, ...]
    left_behind: tuple[str, ...] = ()


def what_leaving_ends(session: Session, catalogue: Catalogue, name: EnvoyName) -> Leave:
    """Say what ends and goes where a hospital leaves; of one that has left, what may have come back since.

    Raises:
        UnknownEnvoyError: There is none of that name.
    """
    row = envoy_named(session, name)
    count = select(func.count())
    tokens = count.select_from(TokenRow).where(TokenRow.envoy_id == row.id, TokenRow.revoked_at.is_(None))
    uploads = count.select_from(SubmissionRow).where(_stands(row))
    reports = count.select_from(StatisticsRow).where(StatisticsRow.envoy_id == row.id)
    files = select(func.count(), func.coalesce(func.sum(SubmissionFileRow.bytes), 0)).where(_kept_of(row))
    number, size = session.execute(files).one()
    return Leave(
        envoy_name=row.name,
        withdrawn_at=row.withdrawn_at,
        tokens=session.scalar(tokens) or 0,
        uploads=session.scalar(uploads) or 0,
        reports=session.scalar(reports) or 0,
        files=number,
        bytes=size,
        learned=tuple(_learned(session, catalogue, row.name)),
    )


def withdraw(act: Act, catalogue: Catalogue, name: EnvoyName, reason: str) -> tuple[Leave, Sequence[Digest]]:
    """Let a hospital leave; again is no error, and takes out what may have come back with a backup.

    Returns:
        What ended and went, and the digests of the files that no row of it keeps any more; another row may.

    Raises:
        UnknownEnvoyError: There is none of that name.
    """
    session = act.session
    leave, row = what_leaving_ends(session, catalogue, name), envoy_named(session, name)
    revoke_tokens_of(act, row.name)
    _end_codes(act, row)
    disable_envoy(act, row.name)
    _take_out_models(act, row, reason)
    _remove_reports(act, row, reason)
    digests = session.scalars(select(SubmissionFileRow.sha256).where(_kept_of(row)).distinct()).all()
    session.execute(update(SubmissionFileRow).where(_kept_of(row)).values(pruned_at=act.now))
    row.kept_versions = row.kept_bytes = 0
    if row.withdrawn_at is None:
        row.withdrawn_at = act.now
        act.tell(
            EnvoyWithdrawn(
                envoy=row.name,
                reason=reason,
                uploads=leave.uploads,
                reports=leave.reports,
                files=leave.files,
                bytes=leave.bytes,
                learned={each.task: each.versions for each in leave.learned},
            )
        )
    return leave.model_copy(update={"withdrawn_at": row.withdrawn_at}), digests


def _end_codes(act: Act, row: EnvoyRow) -> None:
    of_it = (EnrolmentCodeRow.envoy_id == row.id, EnrolmentCodeRow.used_at.is_(None))
    act.session.execute(update(EnrolmentCodeRow).where(*of_it).values(used_at=act.now))


def _take_out_models(act: Act, row: EnvoyRow, reason: str) -> None:
    for each in act.session.scalars(select(SubmissionRow).where(_stands(row))).unique().all():
        verdicts.decide(each, "rejected", reason, by=act.actor, at=act.now)
        act.tell(
            UploadWithdrawn(
                envoy=row.name, submission=each.id, task=each.task, version=each.version or 0, reason=reason
            )
        )


def _remove_reports(act: Act, row: EnvoyRow, reason: str) -> None:
    """Remove its statistics, numbers and all: no version is made of them again."""
    for each in act.session.scalars(select(StatisticsRow).where(StatisticsRow.envoy_id == row.id)).unique().all():
        if each.verdict not in verdicts.OUT:
            act.tell(StatisticsWithdrawn(envoy=row.name, task=each.task, version=each.version, reason=reason))
        act.session.delete(each)


def _stands(row: EnvoyRow) -> ColumnElement[bool]:
    """Ask for versions of its models that are not out."""
    is_a_version = SubmissionRow.version.is_not(None) & SubmissionRow.verdict.not_in(verdicts.OUT)
    return (SubmissionRow.envoy_id == row.id) & is_a_version


def _kept_of(row: EnvoyRow) -> ColumnElement[bool]:
    """Ask for the files of its uploads that are kept."""
    uploads = select(SubmissionRow.id).where(SubmissionRow.envoy_id == row.id)
    return SubmissionFileRow.submission_id.in_(uploads) & SubmissionFileRow.pruned_at.is_(None)


def _learned(session: Session, catalogue: Catalogue, name: EnvoyName) -> Iterator[LearnedBy]:
    for task in session.scalars(select(GlobalModelRow.task).distinct().order_by(GlobalModelRow.task)):
        versions: Mapping[int, Sequence[EnvoyName]] = learned_from(session, task, [name])
        if versions:
            defined = catalogue.get(task)
            current = current_global_model(session, defined) if defined is not None else None
            yield LearnedBy(
                task=task,
                versions=tuple(versions),
                current=current.version if current is not None else None,
                without=newest_without(session, defined, versions) if defined is not None else SHARED_START,
            )
