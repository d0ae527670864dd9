"""The tasks that every installation knows: files beside this module, read here and nowhere else."""

from collections.abc import Mapping
from importlib.resources import files

from contract.names import TaskName
from contract.tasks.task import Task
from contract.tasks.task_file import read_task_file


def _read() -> Mapping[TaskName, Task]:
    folder = files("contract.tasks") / "files"
    texts = sorted((each.name, each) for each in folder.iterdir() if each.name.endswith(".toml"))
    tasks = [read_task_file(file.read_bytes()) for _, file in texts]
    return {task.name: task for task in tasks}


BUILT_IN_TASKS: Mapping[TaskName, Task] = _read()
DIAGNOSIS_COUNT = BUILT_IN_TASKS[TaskName("diagnosis_count")]
"""The demonstration."""

DEFAULT_TASK = DIAGNOSIS_COUNT.name
"""What is meant where an interface of before there were more names no task."""
