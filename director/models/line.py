"""Where the federation stands: the current version, what it came from, and whom that line has counted already.

Versions form a tree: each knows the one that was current when it was made. The *line* of B is B, its parent, and so on
to the shared start; a version outside of it was rolled back, or never published.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

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
        trained_from: Base of an upload → the version that this start was.
        counted: Submission → the version of B's line that counted it.
        counted_from: (hospital, version) → the version of B's line that counted this hospital from that version.
        withdrawn: Submission → the newest published version outside of B's line that counted it.
    """

    current: GlobalModelRow | None
    versions: Sequence[GlobalModelRow]
    ages: Mapping[int, int]
    trained_from: Mapping[Digest, int]
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
    trained_from = {
        row.base: row.global_version or SHARED_START
        for row in session.scalars(select(StartRow).where(StartRow.task == task.name).order_by(StartRow.id))
    }
    counted = {each: row.version for row in reversed(ancestors) for each in _submissions(row)}
    published = set(session.scalars(select(PublicationRow.global_model_id).where(PublicationRow.task == task.name)))
    outside = [row for row in versions if row.id in published and row.version not in ages]
    counted_from = {
        (envoy_id, trained_from[base]): counted[submission_id]
        for submission_id, envoy_id, base in _bases(session, task)
        if submission_id in counted and base in trained_from
    }
    withdrawn = {each: row.version for row in outside for each in _submissions(row) if each not in counted}
    return Line(current, versions, ages, trained_from, counted, counted_from, withdrawn)


def _ancestors(current: GlobalModelRow | None, by_number: Mapping[int, GlobalModelRow]) -> Iterator[GlobalModelRow]:
    while current is not None:
        yield current
        current = by_number.get(current.parent) if current.parent is not None else None


def _submissions(row: GlobalModelRow) -> Iterator[str]:
    return (each["submission_id"] for each in row.inputs)


def _bases(session: Session, task: Task) -> Iterator[tuple[str, int, Digest]]:
    """Give every upload that became a version, with its hospital and the start that it was trained from."""
    kept = (SubmissionRow.task == task.name, SubmissionRow.version.is_not(None))
    for row in session.execute(select(SubmissionRow.id, SubmissionRow.envoy_id, SubmissionRow.base).where(*kept)):
        yield row.id, row.envoy_id, row.base
