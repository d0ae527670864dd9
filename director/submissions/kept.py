"""Submissions as they are kept: questions to their rows, and rows to messages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Subquery, func, select
from sqlalchemy.orm import Session

from contract.messages.base import Page, Verdict
from contract.messages.decisions import Decision
from contract.messages.envoys import CurrentVersion
from contract.messages.problems import Check
from contract.messages.uploads import StoredFile, Submission, UploadMetadata
from contract.names import Digest, EnvoyName, TaskName
from contract.parts import FileRole
from contract.tasks import Task
from director.errors import NotFoundError
from director.members.access import ADMIN, Principal
from director.records.paging import EVERYTHING, Span, page_of
from director.records.schema import EnvoyRow, SubmissionFileRow, SubmissionRow
from director.records.verdicts import ADMITTED, QUARANTINED


def current_submissions(
    session: Session, *, task: TaskName | None = None, envoys: Collection[int] | None = None
) -> Sequence[SubmissionRow]:
    """Give each hospital's newest admitted version of each task, by hospital and task."""
    return _newest(session, (ADMITTED,), task=task, envoys=envoys)


def answering_submissions(
    session: Session, definitions: Collection[Digest], envoys: Collection[int]
) -> Sequence[SubmissionRow]:
    """Give what hospitals' questions are answered by: of each task the newest admitted version for these definitions.

    Where a hospital has none for them, its newest admitted version, which is stale.
    """
    found = {
        (row.envoy_id, row.task): row
        for of in (None, definitions)  # what answers takes the place of what is merely the newest
        for row in _newest(session, (ADMITTED,), definitions=of, envoys=envoys)
    }
    return list(found.values())


@dataclass
class CurrentFiles:
    """What a hospital's newest admitted version of a task consists of."""

    envoy_name: EnvoyName
    task: TaskName
    version: int
    created_at: datetime
    digests: dict[FileRole, Digest] = field(default_factory=dict)


def current_files(session: Session, definitions: Collection[Digest] | None = None) -> Sequence[CurrentFiles]:
    """Say what each hospital's newest admitted version of each task consists of; or of tasks as these define them.

    One question for all tasks, which their definitions' digests tell apart, and no row is read whole: it is asked after
    each upload.
    """
    newest = _newest_versions((ADMITTED,), definitions)
    columns = (SubmissionRow.id, EnvoyRow.name, SubmissionRow.task, SubmissionRow.version, SubmissionRow.created_at)
    wanted: Select[*tuple[Any, ...]] = select(*columns, SubmissionFileRow.role, SubmissionFileRow.sha256)
    query = _of_newest(wanted, newest)
    query = query.join(SubmissionFileRow, SubmissionFileRow.submission_id == SubmissionRow.id)
    # a text that is kept no more is none of them; without its model or scaler there is no version to speak of
    query = query.where(SubmissionFileRow.pruned_at.is_(None) | SubmissionFileRow.role.in_(("model", "scaler")))
    found: dict[str, CurrentFiles] = {}
    for row_id, name, task, version, created_at, role, sha256 in session.execute(query):
        files = found.setdefault(row_id, CurrentFiles(name, task, version or 0, created_at))
        files.digests[role] = sha256
    return list(found.values())


def newest_submissions(session: Session, task: Task, among: Collection[str] | None = None) -> Sequence[SubmissionRow]:
    """Give each hospital's newest version of a task as it is now that is not out, also where it waits in quarantine.

    Args:
        session: A transaction.
        task: The task.
        among: The newest of these uploads alone; None: of all.
    """
    return _newest(session, (ADMITTED, QUARANTINED), task=task.name, definitions=(task.digest,), among=among)


def submitters(session: Session) -> Sequence[tuple[EnvoyName, TaskName]]:
    """Give each hospital and task of which a version was ever kept."""
    kept = select(EnvoyRow.name, SubmissionRow.task).join(EnvoyRow, EnvoyRow.id == SubmissionRow.envoy_id)
    rows = session.execute(kept.where(SubmissionRow.version.is_not(None)).distinct())
    return [(row.name, row.task) for row in rows]


def submission_with_id(session: Session, submission_id: str, caller: Principal) -> SubmissionRow:
    """Find a submission; another hospital's looks as if it were not there.

    Raises:
        NotFoundError: There is none that the caller may see.
    """
    row = session.get(SubmissionRow, submission_id)
    if row is None or (caller.role != ADMIN and row.envoy.name != caller.envoy_name):
        raise NotFoundError("There is no such submission.", hint="See GET /submissions.")
    return row


def list_submissions(
    session: Session,
    caller: Principal,
    *,
    envoy_name: EnvoyName | None,
    task: TaskName | None,
    verdict: Verdict | None,
    limit: int,
    cursor: str | None,
    span: Span = EVERYTHING,
) -> Page[Submission]:
    """Give a page of the submissions that the caller may see, newest first."""
    query = select(SubmissionRow).join(EnvoyRow, EnvoyRow.id == SubmissionRow.envoy_id)
    own = caller.envoy_name if caller.role != ADMIN else None
    for name in (own, envoy_name):
        if name is not None:
            query = query.where(EnvoyRow.folded_name == name.folded)
    if task is not None:
        query = query.where(SubmissionRow.task == task)
    if verdict is not None:
        query = query.where(SubmissionRow.verdict == verdict)
    key = (SubmissionRow.created_at, SubmissionRow.id)
    return page_of(
        session,
        query,
        key,
        describe_submission,
        limit=limit,
        cursor=cursor,
        newest_first=True,
        at=SubmissionRow.created_at,
        span=span,
    )


def describe_submission(row: SubmissionRow) -> Submission:
    """Turn a row into the message that is also the receipt."""
    return Submission(
        id=row.id,
        envoy_name=row.envoy.name,
        task=row.task,
        version=row.version,
        verdict=row.verdict,
        checks=[Check.model_validate(check) for check in row.checks],
        decision=Decision.model_validate(row.decision) if row.decision else None,
        files={file.role: StoredFile(sha256=file.sha256, bytes=file.bytes) for file in row.files},
        metadata=UploadMetadata.model_validate(row.metadata_json),
        created_at=row.created_at,
    )


def describe_current(row: SubmissionRow, *, is_stale: bool) -> CurrentVersion:
    """Say which version is a hospital's current one."""
    return CurrentVersion(
        task=row.task,
        version=row.version or 0,
        model_sha256=row.digest_of("model"),
        num_examples=row.num_examples,
        created_at=row.created_at,
        stale=is_stale,
    )


def _newest(
    session: Session,
    verdicts: Sequence[Verdict],
    *,
    task: TaskName | None = None,
    definitions: Collection[Digest] | None = None,
    envoys: Collection[int] | None = None,
    among: Collection[str] | None = None,
) -> Sequence[SubmissionRow]:
    """Give the newest of each hospital and task; of some definitions, or uploads, alone, where it is said which."""
    query = _of_newest(select(SubmissionRow), _newest_versions(verdicts, definitions, among))
    if task is not None:
        query = query.where(SubmissionRow.task == task)
    if envoys is not None:
        query = query.where(SubmissionRow.envoy_id.in_(envoys))
    return session.scalars(query).unique().all()


def _newest_versions(
    verdicts: Sequence[Verdict], definitions: Collection[Digest] | None, among: Collection[str] | None = None
) -> Subquery:
    candidates = select(SubmissionRow.envoy_id, SubmissionRow.task, func.max(SubmissionRow.version).label("version"))
    candidates = candidates.where(SubmissionRow.verdict.in_(verdicts))
    if definitions is not None:
        candidates = candidates.where(SubmissionRow.task_digest.in_(definitions))
    if among is not None:
        candidates = candidates.where(SubmissionRow.id.in_(among))
    return candidates.group_by(SubmissionRow.envoy_id, SubmissionRow.task).subquery()


def _of_newest(query: Select[*tuple[Any, ...]], newest: Subquery) -> Select[*tuple[Any, ...]]:
    """Narrow a question to the newest versions, by hospital and task."""
    is_newest = (
        (SubmissionRow.envoy_id == newest.c.envoy_id)
        & (SubmissionRow.task == newest.c.task)
        & (SubmissionRow.version == newest.c.version)
    )
    query = query.select_from(SubmissionRow).join(newest, is_newest)
    return query.join(EnvoyRow, EnvoyRow.id == SubmissionRow.envoy_id).order_by(
        EnvoyRow.folded_name, SubmissionRow.task
    )
