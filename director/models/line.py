"""Where the federation stands: the current version, what it came from, and whom that line has counted already.

Versions form a tree: each knows the one that was current when it was made. The *line* of B is B, its parent, and so on
to the shared start; a version outside of it was rolled back, or never published.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.names import Digest
from contract.tasks import Task
from director.records.schema import GlobalModelRow, PublicationRow, StartRow, SubmissionRow
from director.tasks.publications import current_global_model

SHARED_START = 0
"""Stands for the shared start where versions count from 1."""


@dataclass(frozen=True)
class Line:
    """The current version and what it came from.

    Args:
        current: B; None: the shared start.
        versions: Every version of the task as it is defined now, oldest first.
        ages: Version → how many versions B is ahead of it, for those in B's line; B itself is 0.
        trained_from: Upload → the version whose start it names: of several with one model the one that was given out
            last before the upload came.
        counted: Submission → the version of B's line that counted it.
        counted_from: (hospital, version) → the version of B's line that counted this hospital from that version.
        withdrawn: Submission → the newest published version outside of B's line that counted it.
    """

    current: GlobalModelRow | None
    versions: Sequence[GlobalModelRow]
    ages: Mapping[int, int]
    trained_from: Mapping[str, int]
    counted: Mapping[str, int]
    counted_from: Mapping[tuple[int, int], int]
    withdrawn: Mapping[str, int]

    @property
    def here(self) -> int:
        """B's number; 0 for the shared start."""
        return self.current.version if self.current else SHARED_START

    @property
    def parent(self) -> int | None:
        """What a version that is made now moves on from; None: the shared start."""
        return self.current.version if self.current else None


def line_of(session: Session, task: Task) -> Line:
    """Read where a task stands."""
    defined_so = (GlobalModelRow.task == task.name, GlobalModelRow.task_digest == task.digest)
    versions = session.scalars(select(GlobalModelRow).where(*defined_so).order_by(GlobalModelRow.version)).all()
    current = current_global_model(session, task)
    by_number = {row.version: row for row in versions}
    ancestors = list(_ancestors(current, by_number))
    ages = {row.version: age for age, row in enumerate(ancestors)} | {SHARED_START: len(ancestors)}
    uploads = list(_uploads(session, task))
    trained_from = dict(_trained_from(session, task, uploads))
    counted = {each: row.version for row in reversed(ancestors) for each in _submissions(row)}
    published = set(session.scalars(select(PublicationRow.global_model_id).where(PublicationRow.task == task.name)))
    outside = [row for row in versions if row.id in published and row.version not in ages]
    counted_from = {
        (each.envoy_id, trained_from[each.id]): counted[each.id]
        for each in uploads
        if each.id in counted and each.id in trained_from
    }
    withdrawn = {each: row.version for row in outside for each in _submissions(row) if each not in counted}
    return Line(current, versions, ages, trained_from, counted, counted_from, withdrawn)


def _ancestors(current: GlobalModelRow | None, by_number: Mapping[int, GlobalModelRow]) -> Iterator[GlobalModelRow]:
    while current is not None:
        yield current
        current = by_number.get(current.parent) if current.parent is not None else None


def _submissions(row: GlobalModelRow) -> Iterator[str]:
    return (each["submission_id"] for each in row.inputs)


class _Upload(NamedTuple):
    id: str
    envoy_id: int
    base: Digest
    created_at: datetime


def _uploads(session: Session, task: Task) -> Iterator[_Upload]:
    """Give every upload that became a version."""
    columns = (SubmissionRow.id, SubmissionRow.envoy_id, SubmissionRow.base, SubmissionRow.created_at)
    kept = (SubmissionRow.task == task.name, SubmissionRow.version.is_not(None))
    return (_Upload(*row) for row in session.execute(select(*columns).where(*kept)))


def _trained_from(session: Session, task: Task, uploads: Sequence[_Upload]) -> Iterator[tuple[str, int]]:
    """Give each upload with the version of its start. Two versions may have one model, and so starts of one name."""
    given: dict[Digest, list[StartRow]] = {}
    for row in session.scalars(select(StartRow).where(StartRow.task == task.name).order_by(StartRow.id)):
        given.setdefault(row.base, []).append(row)
    for each in uploads:
        starts = given.get(each.base)
        if starts:
            before = [row for row in starts if row.created_at <= each.created_at]
            yield each.id, (before or starts)[-1].global_version or SHARED_START
