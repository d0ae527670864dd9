"""What the attacks do to plain averaging, and what the gate bears and catches."""

import pytest

from aggregation.screening import Bounds
from simulation.attacks import ATTACKS, SCALING, SIGN_FLIP
from simulation.hostile_run import Scenario, run
from simulation.robustness import GATED, PLAIN

BOUNDS = Bounds()
BY_NAME = {attack.name: attack for attack in ATTACKS}


@pytest.mark.parametrize("hostile", [2, 4])
@pytest.mark.parametrize("name", [SIGN_FLIP.name, SCALING.name, "label flip, lied count 10⁶"])
def test_gate_and_clip_bear_what_is_gross_and_catch_it(name: str, hostile: int):
    clean = run(Scenario(0), PLAIN, BOUNDS)
    outcome = run(Scenario(0, BY_NAME[name], hostile), GATED, BOUNDS)
    assert outcome.accuracy >= clean.accuracy - (0.03 if hostile == 2 else 0.05)
    assert outcome.caught >= 0.95 * outcome.hostile
    assert outcome.accused <= 0.02 * outcome.honest


@pytest.mark.parametrize("name", [SIGN_FLIP.name, "label flip, lied count 10⁶"])
def test_plain_averaging_bears_neither(name: str):
    outcome = run(Scenario(0, BY_NAME[name], 4), PLAIN, BOUNDS)
    assert outcome.accuracy < 0.7


def test_attacks_that_hide_among_the_honest_do_little():
    clean = run(Scenario(1), PLAIN, BOUNDS)
    for name in ("ALIE", "min-max"):
        assert run(Scenario(1, BY_NAME[name], 4), GATED, BOUNDS).accuracy >= clean.accuracy - 0.05


def test_honest_hospitals_are_left_in_peace():
    clean = [run(Scenario(seed), GATED, BOUNDS) for seed in range(100, 104)]
    assert sum(outcome.accused for outcome in clean) <= 0.01 * sum(outcome.honest for outcome in clean)
