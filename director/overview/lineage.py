"""A task's global versions in short.

What a version rests on never changes, and is long where there are many hospitals: it is read once a process, and the
short of it is kept in memory.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session, lazyload, load_only

from contract.messages.base import Page
from contract.messages.overview import VersionSummary
from contract.metrics import summarise
from contract.names import EnvoyName, TaskName
from contract.tasks import Task
from director.models.aliases import aliases_in
from director.models.departures import learned_from
from director.records.paging import page_of_rows
from director.records.run_schema import RoundRow
from director.records.schema import GlobalModelFileRow, GlobalModelRow, PublicationRow
from director.tasks.catalogue import Catalogue

NEWEST = 50
"""Of so many versions the overview tells."""

_MOST_KEPT = 4096

_Key = tuple[int, datetime]
"""What a version is known by: after a restore another one may have its number."""


@dataclass(frozen=True)
class _Current:
    """Which version is the current one of the task as it is defined now; nulls: none."""

    row_id: int | None = None
    version: int | None = None


class Lineages:
    """Summarises global versions.

    Args:
        catalogue: The tasks of this federation.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[_Key, VersionSummary] = {}
        self._names: dict[str, EnvoyName] = {}

    def newest(self, session: Session, task: Task) -> tuple[list[VersionSummary], VersionSummary | None]:
        """Give the newest versions, oldest first, and the current one, which may be older than these."""
        rows = list(session.scalars(_versions(task.name).order_by(GlobalModelRow.version.desc()).limit(NEWEST)))
        current = _current(session, task)
        is_older = current.row_id is not None and all(row.id != current.row_id for row in rows)
        if is_older:
            rows += session.scalars(_versions(task.name).where(GlobalModelRow.id == current.row_id))
        summaries = self._summaries(session, task, current, rows)
        newest = summaries[:NEWEST] if is_older else summaries
        return newest[::-1], next((each for each in summaries if each.published), None)

    def page(self, session: Session, task: Task, *, limit: int, cursor: str | None) -> Page[VersionSummary]:
        """Give a page of the versions, newest first."""
        return page_of_rows(
            session,
            _versions(task.name),
            (GlobalModelRow.version,),
            lambda rows: self._summaries(session, task, _current(session, task), rows),
            limit=limit,
            cursor=cursor,
            newest_first=True,
        )

    def _summaries(
        self, session: Session, task: Task, current: _Current, rows: Sequence[GlobalModelRow]
    ) -> list[VersionSummary]:
        """Summarise versions: what moves is asked anew, what never changes is known."""
        known = self._of_rows(session, rows)
        ever = select(PublicationRow.global_model_id).where(
            PublicationRow.global_model_id.in_([row.id for row in rows])
        )
        were_published = set(session.scalars(ever))
        aliases = aliases_in(session, self._catalogue, task.name)
        learned = learned_from(session, task.name)
        return [
            summary.model_copy(
                update={
                    "published": row.id == current.row_id,
                    "stale": self._catalogue.is_stale(task.name, row.task_digest),
                    "waiting": row.task_digest == task.digest
                    and row.id not in were_published
                    and row.parent == current.version,
                    "aliases": aliases.get(row.id, []),
                    "withdrawn": list(learned.get(row.version, ())),
                }
            )
            for row, summary in zip(rows, known, strict=True)
        ]

    def _of_rows(self, session: Session, rows: Sequence[GlobalModelRow]) -> list[VersionSummary]:
        known = self._known
        missing = [row.id for row in rows if (row.id, row.created_at) not in known]
        if missing:
            read = {(each.id, each.created_at): self._summary(each) for each in _whole(session, missing)}
            known = {**known, **read} if len(known) + len(read) <= _MOST_KEPT else read
            found = {**self._known, **read}
            self._known = known
            return [found[row.id, row.created_at] for row in rows]
        return [known[row.id, row.created_at] for row in rows]

    def _summary(self, row: Row[Any]) -> VersionSummary:
        scores = summarise(row.metrics.values())
        summary = VersionSummary(
            version=row.version,
            created_at=row.created_at,
            sha256=row.sha256,
            strategy=row.strategy,
            parent=row.parent,
            round=row.round_id,
            run=row.run_id,
            published=False,
            waiting=False,
            aliases=[],
            num_examples=row.num_examples,
            hospitals=[],
            mean=dict(scores.mean),
            worst=dict(scores.worst),
            held_out=row.held_out,
        )
        # one string a hospital, however many versions name it
        names = [self._name(each["envoy_name"]) for each in row.inputs]
        return summary.model_copy(update={"hospitals": names})

    def _name(self, name: str) -> EnvoyName:
        if name not in self._names:
            self._names[name] = EnvoyName(name)
        return self._names[name]


def _versions(task: TaskName) -> Select[GlobalModelRow]:
    """Ask for a task's versions without what is long."""
    short = load_only(
        GlobalModelRow.version, GlobalModelRow.task_digest, GlobalModelRow.parent, GlobalModelRow.created_at
    )
    return select(GlobalModelRow).options(short, lazyload(GlobalModelRow.files)).where(GlobalModelRow.task == task)


def _current(session: Session, task: Task) -> _Current:
    newest = (
        select(GlobalModelRow.id, GlobalModelRow.version, GlobalModelRow.task_digest)
        .select_from(PublicationRow)
        .outerjoin(GlobalModelRow, GlobalModelRow.id == PublicationRow.global_model_id)  # none: it begins anew
        .where(PublicationRow.task == task.name)
        .order_by(PublicationRow.id.desc())
        .limit(1)
    )
    found = session.execute(newest).first()
    return _Current(found.id, found.version) if found is not None and found.task_digest == task.digest else _Current()


def _whole(session: Session, ids: Collection[int]) -> Sequence[Row[Any]]:
    columns = (
        GlobalModelRow.id,
        GlobalModelRow.version,
        GlobalModelRow.created_at,
        GlobalModelRow.strategy,
        GlobalModelRow.parent,
        GlobalModelRow.round_id,
        GlobalModelRow.num_examples,
        GlobalModelRow.held_out,
        GlobalModelRow.inputs,
        GlobalModelRow.metrics,
        GlobalModelFileRow.sha256,
        RoundRow.run_id,
    )
    is_model = (GlobalModelFileRow.global_model_id == GlobalModelRow.id) & (GlobalModelFileRow.role == "model")
    query = select(*columns).join(GlobalModelFileRow, is_model)
    query = query.outerjoin(RoundRow, RoundRow.id == GlobalModelRow.round_id)
    return session.execute(query.where(GlobalModelRow.id.in_(ids))).all()
