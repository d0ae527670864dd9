"""The tasks of this federation: the built-in ones, as the consortium has set them."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from contract.errors import UnknownTaskError
from contract.names import TaskName
from contract.tasks import BUILT_IN_TASKS, Task
from director.errors import ExamplesOutOfBoundsError


class Catalogue(Mapping[TaskName, Task]):
    """The tasks by name.

    Args:
        cut_points: Task's name → its cut points, where the consortium has moved them.
        tasks: The tasks as they are without that.
    """

    def __init__(
        self, cut_points: Mapping[TaskName, Sequence[float]], tasks: Mapping[TaskName, Task] = BUILT_IN_TASKS
    ) -> None:
        self._tasks = dict(tasks)
        for name, chosen in cut_points.items():
            self._tasks[name] = dataclasses.replace(self._tasks[name], cut_points=tuple(chosen))

    def __getitem__(self, name: TaskName) -> Task:
        """Give a task that is there."""
        return self._tasks[name]

    def __iter__(self) -> Iterator[TaskName]:
        """Name the tasks."""
        return iter(self._tasks)

    def __len__(self) -> int:
        """Count the tasks."""
        return len(self._tasks)

    def find(self, name: TaskName) -> Task:
        """Find a task.

        Raises:
            UnknownTaskError: There is none of that name.
        """
        task = self._tasks.get(name)
        if task is None:
            raise UnknownTaskError(f"There is no task {name!r} here.", hint="See GET /tasks.", task=name)
        return task


def require_examples(task: Task, num_examples: int) -> None:
    """Hold a number of training rows against the task's bounds.

    Raises:
        ExamplesOutOfBoundsError: Fewer or more than the task takes.
    """
    if not task.minimum_examples <= num_examples <= task.maximum_examples:
        raise ExamplesOutOfBoundsError(
            f"num_examples is {num_examples}; {task.name} takes {task.minimum_examples} to {task.maximum_examples}.",
            hint="Train on more patients; with too few, a model says more of them than of the hospital.",
            num_examples=num_examples,
        )
