"""The tasks that the consortium added, as rows: each definition is kept, and the newest of a name holds."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.names import TaskName
from contract.tasks import BUILT_IN_TASKS, Task
from director.errors import ConflictError
from director.records.ledger import Act
from director.records.run_schema import RunRow
from director.records.task_schema import TaskRow
from director.tasks.events import TaskAdded, TaskRetired

_OVER = ("finished", "closed")


def newest_definitions(session: Session) -> Sequence[TaskRow]:
    """Give of each task that was added the definition that holds, in the order of their names."""
    newest = select(func.max(TaskRow.id)).group_by(TaskRow.name)
    return session.scalars(select(TaskRow).where(TaskRow.id.in_(newest)).order_by(TaskRow.name)).all()


def definition_of(session: Session, name: TaskName) -> TaskRow | None:
    """Give the definition of a task that holds; None: none was added."""
    return session.scalars(select(TaskRow).where(TaskRow.name == name).order_by(TaskRow.id.desc()).limit(1)).first()


def keep_definition(act: Act, task: Task, text: str) -> bool:
    """Let a definition hold from now on; False: it does already.

    Raises:
        ConflictError: A built-in task has its name.
    """
    last = definition_of(act.session, task.name)
    built_in = BUILT_IN_TASKS.get(task.name)
    if built_in is not None and last is None:
        if built_in.digest == task.digest:
            return False
        raise ConflictError(
            f"{task.name} is a built-in task, and this is another definition.",
            hint="Give it a name of its own; of a built-in task only the cut points move, by configuration.",
        )
    if last is not None and last.digest == task.digest and last.retired_at is None:
        return False
    act.session.add(
        TaskRow(
            name=task.name,
            digest=task.digest,
            definition=text,
            added_by=act.actor,
            added_at=act.now,
            retired_by=None,
            retired_at=None,
        )
    )
    act.tell(TaskAdded(task=task.name, digest=task.digest))
    return True


def retire(act: Act, name: TaskName) -> TaskRow:
    """Let nothing be learned of a task any more; again changes nothing.

    Raises:
        ConflictError: It is built in, or a run of it is open.
    """
    row = definition_of(act.session, name)
    if row is None:
        raise ConflictError(
            f"{name} is a built-in task and stays.", hint="Only what was added with task add can be retired."
        )
    if row.retired_at is not None:
        return row
    run = act.session.scalars(select(RunRow.id).where(RunRow.task == name, RunRow.state.not_in(_OVER))).first()
    if run is not None:
        raise ConflictError(
            f"Run {run} of {name} is open.", hint=f"Close it first: fl-director run close {run}", run=run
        )
    row.retired_by, row.retired_at = act.actor, act.now
    act.tell(TaskRetired(task=name, digest=row.digest))
    return row
