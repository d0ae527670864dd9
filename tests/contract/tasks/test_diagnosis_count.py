"""The task that every installation has: its digest is in the records of all that ever trained for it."""

from contract.tasks import BUILT_IN_TASKS, DIAGNOSIS_COUNT


def test_the_definition_never_changes() -> None:
    """Another digest would be another task: no model that was trained for this one could be used any longer."""
    assert DIAGNOSIS_COUNT.digest == "0d63595eb66f60694a403ea14f963d8192dee319db60317fb4ad53f7476603cd"


def test_it_is_built_in_under_its_name() -> None:
    assert BUILT_IN_TASKS[DIAGNOSIS_COUNT.name] is DIAGNOSIS_COUNT
