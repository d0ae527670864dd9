"""The task that every installation has: its digest is in the records of all that ever trained for it."""

from dataclasses import replace

from contract.tasks import BUILT_IN_TASKS, DIAGNOSIS_COUNT


def test_the_definition_never_changes() -> None:
    """Another digest would be another task: no model that was trained for this one could be used any longer."""
    assert DIAGNOSIS_COUNT.digest == "0d63595eb66f60694a403ea14f963d8192dee319db60317fb4ad53f7476603cd"


def test_nor_does_one_with_cut_points_that_a_consortium_moved() -> None:
    moved = replace(DIAGNOSIS_COUNT, cut_points=(3, 9.5))
    assert moved.digest == "963e7101f1af8446e2fcbbf23fef483549b6f7ddc69d32b63d9cb60096c341f1"


def test_it_is_built_in_under_its_name() -> None:
    assert BUILT_IN_TASKS[DIAGNOSIS_COUNT.name] is DIAGNOSIS_COUNT
