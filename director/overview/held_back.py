"""What waits for a person's word before it counts: uploads and statistics in quarantine, versions to be confirmed.

Only what would count: an older one, which a newer of the same hospital has taken the place of, waits for nobody.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session, aliased

from contract.messages.overview import Matter
from contract.names import EnvoyName
from director.overview.reasons import why_failed
from director.records.run_schema import RoundRow
from director.records.schema import EnvoyRow, GlobalModelRow, PublicationRow, StatisticsRow, SubmissionRow
from director.records.verdicts import OUT, QUARANTINED
from director.tasks.catalogue import Catalogue


def quarantined_submissions(
    session: Session, catalogue: Catalogue, own: EnvoyName | None, most: int
) -> Iterator[Matter]:
    """Give the models in quarantine that nobody has decided about, oldest first."""
    newer = aliased(SubmissionRow)
    is_superseded = exists().where(
        newer.envoy_id == SubmissionRow.envoy_id,
        newer.task == SubmissionRow.task,
        newer.task_digest == SubmissionRow.task_digest,
        newer.version > SubmissionRow.version,
        newer.verdict.not_in(OUT),
    )
    columns = (
        SubmissionRow.id,
        EnvoyRow.name,
        SubmissionRow.task,
        SubmissionRow.version,
        SubmissionRow.checks,
        SubmissionRow.created_at,
    )
    query = (
        select(*columns)
        .join(EnvoyRow, EnvoyRow.id == SubmissionRow.envoy_id)
        .where(SubmissionRow.verdict == QUARANTINED, SubmissionRow.decision.is_(None), ~is_superseded)
        .where(SubmissionRow.task_digest.in_([task.digest for task in catalogue.values()]))
    )
    for row in session.execute(_of_enabled(query, own).order_by(SubmissionRow.created_at).limit(most)):
        yield Matter(
            kind="submission_quarantined",
            subject=row.id,
            envoy_name=row.name,
            task=row.task,
            version=row.version,
            since=row.created_at,
            reason=why_failed(row.checks),
        )


def quarantined_statistics(session: Session, own: EnvoyName | None, most: int) -> Iterator[Matter]:
    """Give the statistics in quarantine that nobody has decided about, oldest first."""
    newer = aliased(StatisticsRow)
    is_superseded = exists().where(
        newer.envoy_id == StatisticsRow.envoy_id,
        newer.task == StatisticsRow.task,
        newer.version > StatisticsRow.version,
        newer.verdict.not_in(OUT),
    )
    columns = (
        EnvoyRow.name,
        StatisticsRow.task,
        StatisticsRow.version,
        StatisticsRow.checks,
        StatisticsRow.created_at,
    )
    query = (
        select(*columns)
        .join(EnvoyRow, EnvoyRow.id == StatisticsRow.envoy_id)
        .where(StatisticsRow.verdict == QUARANTINED, StatisticsRow.decision.is_(None), ~is_superseded)
    )
    for row in session.execute(_of_enabled(query, own).order_by(StatisticsRow.created_at).limit(most)):
        yield Matter(
            kind="statistics_quarantined",
            subject=row.name,
            envoy_name=row.name,
            task=row.task,
            version=row.version,
            since=row.created_at,
            reason=why_failed(row.checks),
        )


def waiting_versions(session: Session, catalogue: Catalogue, most: int) -> Iterator[Matter]:
    """Give the versions that were never published and whose parent is the current one still, oldest first."""
    were_published = select(PublicationRow.global_model_id)
    columns = (
        GlobalModelRow.task,
        GlobalModelRow.version,
        GlobalModelRow.created_at,
        RoundRow.run_id,
    )
    may_still = or_(*_moved_on_from_current(session, catalogue))
    query = (
        select(*columns)
        .outerjoin(RoundRow, RoundRow.id == GlobalModelRow.round_id)
        .where(may_still, GlobalModelRow.id.not_in(were_published))
        .order_by(GlobalModelRow.created_at)
        .limit(most)
    )
    for row in session.execute(query):
        yield Matter(
            kind="version_waiting",
            subject=str(row.version),
            task=row.task,
            version=row.version,
            run=row.run_id,
            since=row.created_at,
        )


def _moved_on_from_current(session: Session, catalogue: Catalogue) -> Iterator[ColumnElement[bool]]:
    """Say of each task what a version of it looks like that moved on from the current one."""
    newest = select(PublicationRow.task, GlobalModelRow.version, GlobalModelRow.task_digest)
    newest = newest.join(GlobalModelRow, GlobalModelRow.id == PublicationRow.global_model_id)
    later = aliased(PublicationRow)
    is_older = exists().where(later.task == PublicationRow.task, later.id > PublicationRow.id)
    current = {row.task: row for row in session.execute(newest.where(~is_older))}
    for task in catalogue.values():
        pointed = current.get(task.name)
        parent = pointed.version if pointed is not None and pointed.task_digest == task.digest else None
        yield (
            (GlobalModelRow.task == task.name)
            & (GlobalModelRow.task_digest == task.digest)
            & GlobalModelRow.parent.is_not_distinct_from(parent)
        )


def _of_enabled(query: Select[*tuple[Any, ...]], own: EnvoyName | None) -> Select[*tuple[Any, ...]]:
    query = query.where(EnvoyRow.disabled_at.is_(None))
    return query if own is None else query.where(EnvoyRow.folded_name == own.folded)
