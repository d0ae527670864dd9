"""The tasks of this federation: the built-in ones and those that were added, as the consortium has set them."""

import dataclasses
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from contract.errors import InvalidTaskError, UnknownTaskError
from contract.names import Digest, TaskName
from contract.tasks import BUILT_IN_TASKS, Task
from contract.tasks.task_file import read_task_file
from director.errors import ConflictError, SettingsError, TaskRetiredError
from director.records.events import Event, UnreadEvent
from director.records.task_schema import TaskRow
from director.tasks.definitions import definition_of, newest_definitions
from director.tasks.events import TaskEvent

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Added:
    """A definition that was added, as it was read; ``task`` is as the consortium has set it."""

    row: int
    task: Task
    retired_at: datetime | None


class Catalogue(Mapping[TaskName, Task]):
    """The tasks by name, in memory; those that are retired are among them, for what was learned of them.

    Args:
        cut_points: Task's name → its cut points, where the consortium has moved them.
        tasks: The tasks that are built in, as they are without that.
    """

    def __init__(
        self, cut_points: Mapping[TaskName, Sequence[float]], tasks: Mapping[TaskName, Task] = BUILT_IN_TASKS
    ) -> None:
        self._cut_points = cut_points
        self._built_in = {name: self.as_set(task) for name, task in tasks.items()}
        self._added: Mapping[TaskName, _Added] = {}
        self._tasks: Mapping[TaskName, Task] = self._built_in

    def __getitem__(self, name: TaskName) -> Task:
        """Give a task that is there."""
        return self._tasks[name]

    def __iter__(self) -> Iterator[TaskName]:
        """Name the tasks."""
        return iter(self._tasks)

    def __len__(self) -> int:
        """Count the tasks."""
        return len(self._tasks)

    def as_set(self, task: Task) -> Task:
        """Give a task with the cut points that the consortium has set."""
        chosen = self._cut_points.get(task.name)
        return task if chosen is None else dataclasses.replace(task, cut_points=tuple(chosen))

    def concerns(self, event: Event) -> bool:
        """Tell whether an event may have changed which tasks there are."""
        return isinstance(event, TaskEvent | UnreadEvent)

    def refresh(self, session: Session) -> None:
        """Learn anew what was added and retired, and switch to it at once."""
        before = {each.row: each.task for each in self._added.values()}
        added = {}
        for row in newest_definitions(session):
            task = before.get(row.id) or self._read(row)
            if task is not None:
                added[row.name] = _Added(row.id, task, row.retired_at)
        tasks = {**self._built_in, **{name: each.task for name, each in added.items()}}
        self._added, self._tasks = added, tasks

    def find(self, name: TaskName) -> Task:
        """Find a task, also a retired one.

        Raises:
            UnknownTaskError: There is none of that name.
        """
        task = self._tasks.get(name)
        if task is None:
            raise UnknownTaskError(f"There is no task {name!r} here.", hint="See GET /tasks.", task=name)
        return task

    def find_learned(self, name: TaskName) -> Task:
        """Find a task of which something is still learned.

        Raises:
            UnknownTaskError: There is none of that name.
            TaskRetiredError: It is retired.
        """
        task = self.find(name)
        if self.retired_at(name) is not None:
            raise TaskRetiredError(
                f"Task {name} is retired: nothing is learned of it any more.",
                hint="Its models still answer; an admin who adds its file again brings it back.",
                task=name,
            )
        return task

    def retired_at(self, name: TaskName) -> datetime | None:
        """Say since when a task is retired; None: it is not."""
        added = self._added.get(name)
        return added.retired_at if added is not None else None

    def is_stale(self, name: TaskName, digest: Digest) -> bool:
        """Tell whether what was made for a definition of a task counts no more: the one place that says so.

        The task was defined anew since, such as by other cut points, or is here no longer. A retired one answers still.

        Args:
            name: The task's.
            digest: Of the definition that it was made for.
        """
        task = self._tasks.get(name)
        return task is None or task.digest != digest

    def require_unchanged(self, session: Session, task: Task) -> None:
        """Refuse what was made for a definition that no longer holds, as the rows say.

        Raises:
            ConflictError: The task was defined anew, or retired, since this process learned of it.
        """
        row, known = definition_of(session, task.name), self._added.get(task.name)
        if (row.id if row else None, row.retired_at if row else None) != (
            known.row if known else None,
            known.retired_at if known else None,
        ):
            raise ConflictError(f"Task {task.name} was defined anew meanwhile.", hint=f"See GET /tasks/{task.name}.")

    def require_known(self) -> None:
        """Refuse settings of a task that is not there.

        Raises:
            SettingsError: There is none of that name.
        """
        for name in self._cut_points:
            if name not in self._tasks:
                raise SettingsError(
                    f"Setting tasks: there is no task {name!r}.", hint="See fl-director task list, then mend its name."
                )

    def _read(self, row: TaskRow) -> Task | None:
        try:
            return self.as_set(read_task_file(row.definition.encode()))
        except InvalidTaskError as error:  # an earlier version took it; the other tasks go on
            _log.error("task.unreadable", extra={"facts": {"task": row.name, "why": error.sentence}})
            return None
