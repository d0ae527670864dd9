"""Which global model of a task counts: the pointer that publishing and rolling back move."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.names import TaskName
from contract.tasks import Task
from director.records.schema import GlobalModelRow, PublicationRow


def published(session: Session, task: TaskName, until: datetime | None = None) -> GlobalModelRow | None:
    """Give the version that was published last; with ``until``, that was so at that moment. None: none is."""
    query = select(PublicationRow).where(PublicationRow.task == task)
    if until is not None:
        query = query.where(PublicationRow.created_at <= until)
    row = session.scalars(query.order_by(PublicationRow.id.desc()).limit(1)).first()
    return row.global_model if row else None


def current_global_model(session: Session, task: Task) -> GlobalModelRow | None:
    """Give the global model that counts: the published one, unless the task has been defined anew since."""
    row = published(session, task.name)
    return row if _counts(row, task) else None


def current_global_models(session: Session, tasks: Iterable[Task]) -> Mapping[TaskName, GlobalModelRow]:
    """Give the global model that counts of each of these tasks that has one, by one question for all."""
    newest = select(func.max(PublicationRow.id)).group_by(PublicationRow.task)
    rows = session.scalars(select(PublicationRow).where(PublicationRow.id.in_(newest)))
    found = {row.task: row.global_model for row in rows}
    counting = ((task.name, found.get(task.name)) for task in tasks if _counts(found.get(task.name), task))
    return {name: row for name, row in counting if row is not None}


def _counts(row: GlobalModelRow | None, task: Task) -> bool:
    """Tell whether a task's published version counts: it was made for the task as it is defined now."""
    return row is not None and row.task_digest == task.digest
