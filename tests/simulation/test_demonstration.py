"""The task of who names none: its patients can be drawn, and its answers are known."""

from simulation import Federation
from simulation.consortium import consortium_counts
from simulation.demonstration import DEMONSTRATION


def test_a_federation_that_names_no_task_learns_the_demonstration() -> None:
    federation = Federation.synthetic(hospitals=2, patients=30)
    assert federation.task is DEMONSTRATION
    assert [len(counts) for counts in consortium_counts(2, 30, 0).values()] == [
        len(each.split.training) + len(each.split.held_out) for each in federation.hospitals
    ]


def test_its_label_is_a_function_of_its_input() -> None:
    rows = Federation.synthetic(hospitals=1, patients=200).hospitals[0].split.training
    low, high = DEMONSTRATION.cut_points
    inputs = rows.features[:, 0]
    assert rows.labels.tolist() == [int(value >= low) + int(value >= high) for value in inputs.tolist()]
