"""What sharing would bring on hospitals' own tables, before anybody joins: the ways side by side, on one machine.

For who holds the tables of several hospitals, as a study does that plans a federation. The rows are split anew for each
seed; what is judged is each hospital's test patients, and nothing of them was trained on.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from contract.names import EnvoyName
from contract.tasks import Task
from envoy.cohort import Cohort, split_of
from envoy.reading import read_cohort
from simulation.errors import ExperimentError
from simulation.in_process import Hospital
from simulation.sharing import ways_to_answer
from simulation.sharing_table import Row, measured, rows_over


def read_hospitals(task: Task, files: Mapping[str, Path]) -> Mapping[EnvoyName, Cohort]:
    """Read each hospital's rows as its envoy would.

    Args:
        task: With a binary outcome.
        files: Hospital → its table, or its folder of tables.

    Raises:
        ExperimentError: The task has levels, or there are fewer than two hospitals.
        DataError: A table has a defect.
        InvalidNameError: A hospital has no name that an envoy could have.
    """
    if not task.is_binary:
        raise ExperimentError(
            f"Task {task.name} has levels, and these figures are those of a binary outcome.",
            hint="Choose a task whose outcome is binary.",
        )
    if len(files) < 2:
        raise ExperimentError("Sharing takes two hospitals or more.", hint="Name each: KUTRRH=kutrrh.csv MTRH=mtrh.csv")
    return {EnvoyName(name): read_cohort(task, path) for name, path in files.items()}


def rows_of(task: Task, cohorts: Mapping[EnvoyName, Cohort], *, rounds: int, seeds: int) -> Sequence[Row]:
    """Train and judge every way with every seed; a hospital with too few outcomes among its test rows is not judged."""
    names = [str(name) for name in cohorts]
    found = []
    for seed in range(seeds):
        hospitals = [Hospital(name, split_of(task, rows, seed)) for name, rows in cohorts.items()]
        ways = ways_to_answer(task, hospitals, rounds=rounds, seed=seed)
        found.append(measured(ways, names, [each.split.held_out for each in hospitals]))
    return rows_over(found, names)
