"""One hostile hospital among few, against a real director: short forms of what ``make robustness`` shows."""

import pytest

from simulation.few_hospitals import Defence, Scenario, play
from simulation.lone_attacks import ATTACKS

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
