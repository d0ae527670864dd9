"""One hostile hospital among few, against a real director: short forms of what ``make robustness`` shows."""

import numpy as np
import pytest

from contract.tasks import DIAGNOSIS_COUNT
from simulation.few_hospitals import ATTACKS, Defence, Scenario, flattened, play, sites_of, unflattened

DEFAULT = Defence("default")
BY_NAME = {attack.name: attack for attack in ATTACKS}


def test_with_nobody_hostile_every_cycle_publishes_and_nobody_is_accused():
    outcome = play(Scenario("standard", 5, 0, cycles=5), DEFAULT)
    assert (outcome.unpublished, outcome.accused) == (0, 0)
    assert outcome.accuracy > 0.99


@pytest.mark.parametrize("name", list(BY_NAME))
def test_among_five_the_default_bears_a_hostile_one_that_claims_ten_million(name: str):
    outcome = play(Scenario("breast_cancer", 5, 0, BY_NAME[name], lies=True), DEFAULT)
    assert outcome.accuracy >= 0.9


def test_of_two_the_honest_ones_word_keeps_what_is_served():
    scenario = Scenario("standard", 2, 0, BY_NAME["knows rule and bounds"], lies=True, warm_up=4)
    assert play(scenario, DEFAULT).accuracy < 0.9
    confirmed = play(scenario, Defence("confirmed", publish="confirmed"))
    assert confirmed.accuracy > 0.95
    assert confirmed.unpublished == 1


def test_a_validation_table_is_of_patients_whom_no_hospital_has():
    task, sites, table = sites_of("breast_cancer", 3, 0)
    theirs = {
        tuple(row)
        for site in sites
        for cohort in (site.split.training, site.split.held_out)
        for row in cohort.features.round(6)
    }
    assert not theirs & {tuple(row) for row in table.features.round(6)}
    assert len(task.features) == table.features.shape[1]


def test_a_state_is_taken_apart_as_it_was_put_together():
    layout, state = DIAGNOSIS_COUNT.layout, DIAGNOSIS_COUNT.initial_state()
    again = unflattened(layout, flattened(layout, state))
    assert all(np.array_equal(again[name], state[name]) for name in state)
