"""Ways to answer, side by side."""

import numpy as np
import pytest

from envoy.evaluation import auroc
from simulation.clinical_consortium import TASK, clinical_hospitals, hospital_of
from simulation.sharing import ENSEMBLE, FEDERATED, LOCAL, POOLED, Figures, ways_to_answer


@pytest.fixture(scope="module")
def ways():
    return ways_to_answer(TASK, clinical_hospitals(0, 1500)[:3], rounds=8, seed=0)


def test_each_way_answers_every_hospital(ways) -> None:
    fresh = hospital_of(0, 0, 2000, is_fresh=True).cohort(TASK)
    found = {way: answer(0, fresh) for way, answer in ways.items()}
    assert list(found) == [LOCAL, ENSEMBLE, FEDERATED, POOLED]
    for logits in found.values():
        assert logits.shape == (2000,)
        assert auroc(fresh.labels, logits) > 0.6
    assert auroc(fresh.labels, found[FEDERATED]) > auroc(fresh.labels, found[LOCAL]) - 0.02


def test_alone_a_hospital_answers_with_its_own_model_and_together_all_with_one(ways) -> None:
    fresh = hospital_of(0, 0, 200, is_fresh=True).cohort(TASK)
    for way, is_one in ((LOCAL, False), (ENSEMBLE, True), (FEDERATED, True), (POOLED, True)):
        assert np.array_equal(ways[way](0, fresh), ways[way](1, fresh)) == is_one


def test_figures_are_those_of_the_outcomes() -> None:
    happened, logits = np.array([0, 1, 1, 0]), np.array([-2.0, 2.0, -1.0, 1.0])
    found = Figures.of(happened, logits)
    assert (found.auroc, found.accuracy) == (0.75, 0.5)
    assert found.brier == pytest.approx(np.mean((1 / (1 + np.exp(-logits)) - happened) ** 2))
