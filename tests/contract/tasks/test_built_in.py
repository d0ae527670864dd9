"""The tasks that every installation has; digests are in the records of all that ever trained for one."""

from dataclasses import replace

import pytest

from contract.messages.tasks import TaskDescription
from contract.names import TaskName
from contract.tasks import BUILT_IN_TASKS, DEFAULT_TASK, DIAGNOSIS_COUNT
from contract.tasks.soundness import mistakes_of


def test_the_definition_of_the_demonstration_never_changes() -> None:
    """Another digest would be another task: no model that was trained for this one could be used any longer."""
    assert DIAGNOSIS_COUNT.digest == "0d63595eb66f60694a403ea14f963d8192dee319db60317fb4ad53f7476603cd"


def test_nor_does_one_with_cut_points_that_a_consortium_moved() -> None:
    moved = replace(DIAGNOSIS_COUNT, cut_points=(3, 9.5))
    assert moved.digest == "963e7101f1af8446e2fcbbf23fef483549b6f7ddc69d32b63d9cb60096c341f1"


def test_a_party_of_the_version_before_is_told_no_field_that_it_does_not_know() -> None:
    known = {"name", "title", "notice", "features", "label", "risk_levels", "cut_points", "architecture", "layout"}
    known |= {"training", "initial_seed", "minimum_examples", "maximum_examples", "digest"}
    said = TaskDescription.of(DIAGNOSIS_COUNT).model_dump(mode="json")
    assert said.keys() == known
    assert said["features"][0].keys() == {"name", "unit", "source", "kind", "minimum", "maximum"}
    assert said["training"].keys() == {"optimizer", "learning_rate", "batch_size", "local_epochs"}


def test_what_is_meant_where_nothing_is_named_is_the_demonstration() -> None:
    assert BUILT_IN_TASKS[TaskName("diagnosis_count")] is DIAGNOSIS_COUNT
    assert DEFAULT_TASK == "diagnosis_count"


@pytest.mark.parametrize("task", BUILT_IN_TASKS.values(), ids=BUILT_IN_TASKS)
def test_each_stands_under_its_name_and_makes_sense(task) -> None:
    assert BUILT_IN_TASKS[task.name] is task
    assert mistakes_of(task) == []
