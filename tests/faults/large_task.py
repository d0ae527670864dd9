"""``fl-director`` with one task more, whose model has 5 MiB: run as a script in place of the command."""

import dataclasses

from contract import tasks
from contract.names import TaskName
from contract.network import ArchitectureSpec
from director.cli import main

LARGE = dataclasses.replace(
    tasks.DIAGNOSIS_COUNT,
    name=TaskName("large"),
    architecture=ArchitectureSpec(input_size=1, hidden_sizes=(1150, 1150), output_size=3),
)

if __name__ == "__main__":
    tasks.BUILT_IN_TASKS[LARGE.name] = LARGE  # type: ignore[index]  # a plain dictionary underneath
    main()
