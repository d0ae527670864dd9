"""``fl-director`` with tasks more, whose models have .3, 1 and 5 MB: run as a script in place of the command."""

import dataclasses

from contract import tasks
from contract.names import TaskName
from contract.network import ArchitectureSpec
from director.cli import main


def _with_layers_of(size: int, name: str) -> tasks.Task:
    architecture = ArchitectureSpec(input_size=1, hidden_sizes=(size, size), output_size=3)
    return dataclasses.replace(tasks.DIAGNOSIS_COUNT, name=TaskName(name), architecture=architecture)


LARGE = _with_layers_of(1150, "large")
MEGABYTE = _with_layers_of(512, "megabyte")
PART_OF_ONE = _with_layers_of(256, "part_of_one")

if __name__ == "__main__":
    for task in (LARGE, MEGABYTE, PART_OF_ONE):
        tasks.BUILT_IN_TASKS[task.name] = task  # type: ignore[index]  # a plain dictionary underneath
    main()
