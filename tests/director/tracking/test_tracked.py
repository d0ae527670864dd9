"""What a tracker holds, as values."""

from contract.names import TaskName
from director.tracking.tracked import Projection

TASK = TaskName("diagnosis_count")


def test_nothing_to_hold_is_told_from_aliases_that_went():
    assert Projection(TASK).is_empty
    assert Projection(TASK, aliases={}).is_empty
    assert not Projection(TASK, aliases={"champion": 1}).is_empty
    assert not Projection(TASK, aliases={}, dropped_aliases=frozenset({"good"})).is_empty
