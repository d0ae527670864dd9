"""What holds for every rule that a few bad updates can't steer: the known answers, and what they bear."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.small_updates import ANSWERS, BASE, COUNTS, ROWS, answer, combined, updates_of, where_it_settles

RULES = {
    "coordinate_median": {"f": 2},
    "trimmed_mean": {"f": 2},
    "geometric_median": {},
    "krum": {"f": 1},
    "multi_krum": {"f": 1},
    "clip": {},
    "clip+trimmed_mean": {"f": 1},
}
sets = arrays(np.float32, st.tuples(st.integers(5, 9), st.integers(1, 7)), elements=st.floats(-100, 100, width=32))
every_rule = pytest.mark.parametrize(("strategy", "parameters"), RULES.items(), ids=RULES)


@pytest.mark.parametrize(("case", "expected"), ANSWERS.items(), ids=lambda case: str(case)[:50])
def test_the_answers_are_those_of_the_reference_table(case, expected):
    strategy, parameters = case
    found = answer(updates_of(ROWS, COUNTS, BASE), strategy, **dict(parameters))
    assert found == pytest.approx(expected, abs=2e-6)


@every_rule
def test_an_update_a_million_away_changes_little(strategy: str, parameters: dict[str, int]):
    honest = np.random.default_rng(0).normal(1, 0.1, (9, 20))
    found = answer(updates_of([*honest, *np.full((1, 20), 1e6)], base=honest[0]), strategy, **parameters)
    assert np.abs(found - 1).max() < 0.3


@every_rule
@settings(max_examples=25, deadline=None)
@given(rows=sets)
def test_each_number_lies_between_the_smallest_and_the_largest(strategy: str, parameters: dict[str, int], rows):
    with where_it_settles():
        found = answer(updates_of(rows, base=rows.mean(axis=0)), strategy, **parameters)
    slack = 1e-5 * (1 + np.abs(rows).max())
    assert (found >= rows.min(axis=0) - slack).all()
    assert (found <= rows.max(axis=0) + slack).all()


@every_rule
@settings(max_examples=25, deadline=None)
@given(rows=sets, order=st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_no_bit(strategy: str, parameters: dict[str, int], rows, order):
    updates = updates_of(rows, base=rows.mean(axis=0))
    places = list(range(len(updates)))
    order.shuffle(places)
    with where_it_settles():
        first = combined(updates, strategy, **parameters)
    again = combined([updates[place] for place in places], strategy, **parameters)
    assert all(np.array_equal(first.state[name], again.state[name]) for name in first.state)
    if first.shares is not None:
        assert again.shares == tuple(first.shares[place] for place in places)


@every_rule
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), shift=st.floats(-50, 50, width=32), factor=st.sampled_from([0.25, 2.0, 8.0]))
def test_a_moved_and_stretched_set_gives_the_moved_and_stretched_answer(
    strategy: str, parameters: dict[str, int], seed: int, shift: float, factor: float
):
    rows = np.random.default_rng(seed).normal(0, 1, (7, 4)).astype(np.float32)
    with where_it_settles():
        found = answer(updates_of(rows, base=rows[0]), strategy, **parameters)
        moved = answer(updates_of(rows * factor + shift, base=rows[0] * factor + shift), strategy, **parameters)
    assert moved == pytest.approx(found * factor + shift, abs=1e-4 * (1 + abs(shift)))
