"""How long a cycle of training is."""

import pytest

from contract.tasks import TrainingPlan


@pytest.mark.parametrize(("rows", "epochs"), [(100, 3), (200, 2), (1000, 1), (10, 25), (0, 0)])
def test_steps_are_as_many_passes_as_they_take(rows: int, epochs: int) -> None:
    plan = TrainingPlan("sgd", 0.1, batch_size=10, local_epochs=None, local_steps=25)
    assert plan.epochs(rows) == epochs


def test_epochs_are_epochs_whatever_the_rows() -> None:
    assert TrainingPlan("sgd", 0.1, batch_size=10, local_epochs=4).epochs(1) == 4
