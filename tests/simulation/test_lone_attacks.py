"""What one hostile hospital among few sends."""

import numpy as np
import pytest

from aggregation.screening import Bounds
from contract.tasks import DIAGNOSIS_COUNT
from simulation.lone_attacks import ATTACKS, Situation, flattened, unflattened

BY_NAME = {attack.name: attack for attack in ATTACKS}
BASE = flattened(DIAGNOSIS_COUNT.layout, DIAGNOSIS_COUNT.initial_state())


def seen(others: int, cycle: int = 0, withdrawn: np.ndarray | None = None) -> Situation:
    draw = np.random.default_rng(0)
    way = draw.normal(size=BASE.shape)
    honest = np.array([way + draw.normal(0, 0.3, BASE.shape) for _ in range(others)])
    return Situation(
        cycle=cycle,
        task=DIAGNOSIS_COUNT,
        base=BASE,
        own=way,
        flipped=-way,
        honest=honest,
        first=BASE + 1,
        withdrawn=withdrawn,
        bounds=Bounds(),
    )


def test_the_lazy_send_what_is_there_already():
    assert np.array_equal(BY_NAME["unchanged base"].forge(seen(4)), BASE)
    assert np.array_equal(BY_NAME["replay of the first start"].forge(seen(4)), BASE + 1)


def test_a_drift_is_so_many_times_an_honest_step_and_shuns_the_highest_level():
    found = seen(4)
    change = BY_NAME["slow drift, 3.3 × an honest norm"].forge(found) - BASE
    assert np.linalg.norm(change) == pytest.approx(3.3 * np.median(np.linalg.norm(found.honest, axis=1)))
    assert change[-1] < 0 < change[-2]


def test_a_version_is_spoilt_and_sent_again_once_it_was_rolled_back():
    attack = BY_NAME["rolled-back version again"]
    assert np.array_equal(attack.forge(seen(4, cycle=1)), BASE + 3 * seen(4).flipped)
    assert np.array_equal(attack.forge(seen(4, cycle=2, withdrawn=BASE + 7)), BASE + 7)


def test_who_knows_the_bounds_goes_against_the_others_within_them_or_without_any_where_few_are_there():
    attack = BY_NAME["knows rule and bounds"]
    few = attack.forge(seen(2)) - BASE
    assert np.array_equal(few.round(6), (100 * seen(2).flipped).round(6))
    found = seen(4)
    change = attack.forge(found) - BASE
    assert change @ found.flipped > 0
    assert np.linalg.norm(change) < 3.6 * np.median(np.linalg.norm(found.honest, axis=1))


def test_a_state_is_taken_apart_as_it_was_put_together():
    layout, state = DIAGNOSIS_COUNT.layout, DIAGNOSIS_COUNT.initial_state()
    again = unflattened(layout, flattened(layout, state))
    assert all(np.array_equal(again[name], state[name]) for name in state)
