"""The ledger of hospitals and their submissions: questions to rows, and rows to messages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from contract.messages import (
    Check,
    CurrentVersion,
    Decision,
    EnvoyDescription,
    Page,
    StoredFile,
    Submission,
    UploadMetadata,
)
from contract.names import EnvoyName, TaskName
from director.errors import ConflictError, MalformedRequestError, NotFoundError, UnknownEnvoyError
from director.members.access import ADMIN, ANALYST, Principal
from director.records import audit
from director.records.schema import EnvoyRow, SubmissionRow, TokenRow
from director.submissions.decisions import ADMITTED, QUARANTINED

MAX_PAGE = 200


def envoy_named(session: Session, name: EnvoyName) -> EnvoyRow:
    """Find a hospital, without regard to case.

    Raises:
        UnknownEnvoyError: There is none of that name.
    """
    row = session.scalars(select(EnvoyRow).where(EnvoyRow.folded_name == name.folded)).first()
    if row is None:
        raise unknown_envoy(name)
    return row


def unknown_envoy(name: EnvoyName) -> UnknownEnvoyError:
    """Say that no hospital has this name."""
    return UnknownEnvoyError(
        f"There is no hospital {name!r} in this federation.", hint="See GET /envoys for the names.", envoy_name=name
    )


def add_envoy(session: Session, name: EnvoyName, *, now: datetime, actor: str) -> EnvoyRow:
    """Admit a hospital; one that is there already and not disabled is given back, so that it can get a new code.

    Raises:
        ConflictError: It is there under another spelling, or disabled.
    """
    row = session.scalars(select(EnvoyRow).where(EnvoyRow.folded_name == name.folded)).first()
    if row is not None:
        if row.name != name or row.disabled_at is not None:
            why = "is disabled" if row.disabled_at else "differs only in upper and lower case"
            raise ConflictError(f"The name {name} is taken: {row.name} {why}.", hint="Choose another name.")
        return row
    row = EnvoyRow(name=name, folded_name=name.folded, created_at=now, joined_at=None, disabled_at=None)
    session.add(row)
    session.flush()
    audit.record(session, at=now, actor=actor, act="envoy.add", subject=name)
    return row


def disable_envoy(session: Session, name: EnvoyName, *, now: datetime, actor: str) -> EnvoyRow:
    """Disable a hospital: its tokens stop to hold, its models stay but enter no aggregate."""
    row = envoy_named(session, name)
    if row.disabled_at is None:
        row.disabled_at = now
        audit.record(session, at=now, actor=actor, act="envoy.disable", subject=row.name)
    return row


def list_envoys(session: Session, caller: Principal) -> list[EnvoyRow]:
    """Give the hospitals that the caller may see, by name."""
    rows = session.scalars(select(EnvoyRow).order_by(EnvoyRow.folded_name))
    return [row for row in rows if caller.envoy_name is None or caller.envoy_name == row.name]


def describe_envoy(session: Session, row: EnvoyRow, caller: Principal) -> EnvoyDescription:
    """Describe a hospital as far as the caller may know it."""
    current = [
        CurrentVersion(
            task=submission.task,
            version=submission.version or 0,
            model_sha256=submission.digest_of("model"),
            num_examples=submission.num_examples,
            created_at=submission.created_at,
        )
        for submission in current_submissions(session, envoy=row)
    ]
    if caller.role == ANALYST:
        return EnvoyDescription(envoy_name=row.name, state=None, last_seen_at=None, current=current)
    seen = session.scalar(select(func.max(TokenRow.last_used_at)).where(TokenRow.envoy_id == row.id))
    state = "disabled" if row.disabled_at else "active" if row.joined_at else "enrolled"
    return EnvoyDescription(envoy_name=row.name, state=state, last_seen_at=seen, current=current)


def current_submissions(
    session: Session, *, task: TaskName | None = None, envoy: EnvoyRow | None = None
) -> Sequence[SubmissionRow]:
    """Give each hospital's newest admitted version of each task, by hospital and task."""
    return _newest(session, (ADMITTED,), task, envoy)


def waiting_submissions(session: Session, task: TaskName) -> Sequence[SubmissionRow]:
    """Give the versions in quarantine that a hospital's current one would have to give way to, by hospital."""
    return [row for row in _newest(session, (ADMITTED, QUARANTINED), task, None) if row.verdict == QUARANTINED]


def submitters(session: Session) -> Sequence[tuple[EnvoyName, TaskName]]:
    """Give each hospital and task of which a version was ever kept."""
    kept = select(EnvoyRow.name, SubmissionRow.task).join(EnvoyRow, EnvoyRow.id == SubmissionRow.envoy_id)
    rows = session.execute(kept.where(SubmissionRow.version.is_not(None)).distinct())
    return [(row.name, row.task) for row in rows]


def _newest(
    session: Session, verdicts: Sequence[str], task: TaskName | None, envoy: EnvoyRow | None
) -> Sequence[SubmissionRow]:
    newest = (
        select(SubmissionRow.envoy_id, SubmissionRow.task, func.max(SubmissionRow.version).label("version"))
        .where(SubmissionRow.verdict.in_(verdicts))
        .group_by(SubmissionRow.envoy_id, SubmissionRow.task)
        .subquery()
    )
    query = (
        select(SubmissionRow)
        .join(
            newest,
            (SubmissionRow.envoy_id == newest.c.envoy_id)
            & (SubmissionRow.task == newest.c.task)
            & (SubmissionRow.version == newest.c.version),
        )
        .join(EnvoyRow, EnvoyRow.id == SubmissionRow.envoy_id)
        .order_by(EnvoyRow.folded_name, SubmissionRow.task)
    )
    if task is not None:
        query = query.where(SubmissionRow.task == task)
    if envoy is not None:
        query = query.where(SubmissionRow.envoy_id == envoy.id)
    return session.scalars(query).unique().all()


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
    verdict: str | None,
    limit: int,
    cursor: str | None,
) -> Page[Submission]:
    """Give a page of the submissions that the caller may see, newest first."""
    query: Select[Any] = select(SubmissionRow).join(EnvoyRow, EnvoyRow.id == SubmissionRow.envoy_id)
    own = caller.envoy_name if caller.role != ADMIN else None
    for name in (own, envoy_name):
        if name is not None:
            query = query.where(EnvoyRow.folded_name == name.folded)
    if task is not None:
        query = query.where(SubmissionRow.task == task)
    if verdict is not None:
        query = query.where(SubmissionRow.verdict == verdict)
    query = query.order_by(SubmissionRow.created_at.desc(), SubmissionRow.id.desc())
    rows, following = page_of(session, query, limit, cursor)
    return Page(items=[describe_submission(row) for row in rows], next=following)


def page_of(session: Session, query: Select[Any], limit: int, cursor: str | None) -> tuple[list[Any], str | None]:
    """Cut a page out of a query; the cursor is the number of rows before it."""
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 12):
        raise MalformedRequestError("This cursor was never given out.", hint="Use the 'next' of the page before.")
    offset = int(cursor or 0)
    rows = list(session.scalars(query.offset(offset).limit(limit + 1)).unique())
    return rows[:limit], str(offset + limit) if len(rows) > limit else None


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
