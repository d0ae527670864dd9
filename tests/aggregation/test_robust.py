"""The robust rules: the known answers, what they bear, and the arithmetic against plain numpy on whole arrays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from small_updates import ANSWERS, BASE, COUNTS, KRUM_SCORES, ROWS, answer, combined, updates_of

from aggregation import tiles
from aggregation.errors import NotSettledError, TooFewUpdatesError
from aggregation.rules import geometric_median
from aggregation.rules.krum import krum_scores
from aggregation.updates import in_order

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


def test_the_krum_scores_are_those_of_the_reference_table():
    ordered = in_order(updates_of(ROWS))
    assert ordered.as_given(krum_scores(ordered, 1).tolist()) == pytest.approx(KRUM_SCORES, rel=1e-5)


@every_rule
def test_an_update_a_million_away_changes_little(strategy: str, parameters: dict[str, int]):
    honest = np.random.default_rng(0).normal(1, 0.1, (9, 20))
    found = answer(updates_of([*honest, *np.full((1, 20), 1e6)], base=honest[0]), strategy, **parameters)
    assert np.abs(found - 1).max() < 0.3


@every_rule
@settings(max_examples=25, deadline=None)
@given(rows=sets)
def test_each_number_lies_between_the_smallest_and_the_largest(strategy: str, parameters: dict[str, int], rows):
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
    first, again = (
        combined(updates, strategy, **parameters),
        combined([updates[p] for p in places], strategy, **parameters),
    )
    assert all(np.array_equal(first.state[name], again.state[name]) for name in first.state)
    if first.shares is not None:
        assert [first.shares[place] for place in places] == list(again.shares)


@every_rule
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), shift=st.floats(-50, 50, width=32), factor=st.sampled_from([0.25, 2.0, 8.0]))
def test_a_moved_and_stretched_set_gives_the_moved_and_stretched_answer(
    strategy: str, parameters: dict[str, int], seed: int, shift: float, factor: float
):
    rows = np.random.default_rng(seed).normal(0, 1, (7, 4)).astype(np.float32)
    found = answer(updates_of(rows, base=rows[0]), strategy, **parameters)
    moved = answer(updates_of(rows * factor + shift, base=rows[0] * factor + shift), strategy, **parameters)
    assert moved == pytest.approx(found * factor + shift, abs=1e-4 * (1 + abs(shift)))


@settings(max_examples=60, deadline=None)
@given(rows=sets, f=st.integers(0, 2), room=st.integers(1, 40))
def test_tiles_that_divide_nothing_give_what_whole_arrays_give(rows, f: int, room: int):
    wide = rows.astype(np.float64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiles, "STACK_ELEMENTS", room)
        updates = updates_of(rows)
        kept = np.sort(wide, axis=0)[f : len(rows) - f]
        assert np.array_equal(answer(updates, "coordinate_median", f=f), np.float32(np.median(wide, axis=0)))
        assert answer(updates, "trimmed_mean", f=f) == pytest.approx(kept.mean(axis=0), rel=1e-6, abs=1e-5)
        ordered = in_order(updates)
        squared = np.square(wide[:, np.newaxis] - wide).sum(axis=2)
        if len(rows) >= 2 * f + 3:
            nearest = np.sort(squared, axis=1)[:, 1 : len(rows) - f - 1].sum(axis=1)
            assert ordered.as_given(krum_scores(ordered, f).tolist()) == pytest.approx(nearest, rel=1e-9, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(rows=sets)
def test_no_step_away_from_the_geometric_median_makes_the_distances_shorter(rows):
    found = combined(updates_of(rows), "geometric_median")
    exact = np.asarray(found.shares) @ rows.astype(np.float64)

    def total(point: np.ndarray) -> float:
        return float(np.sqrt(np.square(rows - point).sum(axis=1)).sum())

    reach = 1e-3 * (1 + np.ptp(rows))
    for step in reach * np.concatenate([np.eye(rows.shape[1]), -np.eye(rows.shape[1])]):
        assert total(exact) <= total(exact + step) + 1e-6 * (1 + total(exact))


def test_equal_updates_have_themselves_as_geometric_median():
    found = combined(updates_of([(1, 2)] * 4), "geometric_median")
    assert found.state["layers.1.bias"].tolist() == [1, 2]
    assert found.shares == (0.25,) * 4


def test_a_geometric_median_that_does_not_settle_is_an_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(geometric_median, "WEISZFELD_STEPS", 3)
    with pytest.raises(NotSettledError, match="7 updates") as refusal:
        answer(updates_of(ROWS), "geometric_median")
    assert refusal.value.facts == {"n": 7}


def test_krum_gives_the_whole_share_to_the_chosen_one_and_multi_krum_none_to_the_worst():
    assert combined(updates_of(ROWS), "krum").shares == (1, 0, 0, 0, 0, 0, 0)
    assert combined(updates_of(ROWS), "multi_krum").shares == pytest.approx([1 / 6] * 6 + [0])
    assert combined(updates_of(ROWS), "coordinate_median").shares is None


@pytest.mark.parametrize(
    ("strategy", "number", "parameters", "least"),
    [
        pytest.param("coordinate_median", 2, {}, 3, id="the median of two with one bad"),
        pytest.param("trimmed_mean", 4, {"f": 2}, 5, id="two of four trimmed at each end"),
        pytest.param("krum", 4, {}, 5, id="Krum with four"),
        pytest.param("multi_krum", 6, {"f": 2}, 7, id="Multi-Krum with two bad of six"),
        pytest.param("clip+krum", 4, {}, 5, id="behind a clip"),
    ],
)
def test_a_rule_whose_condition_fails_is_refused_with_n_and_f(strategy: str, number: int, parameters, least: int):
    rows = np.random.default_rng(1).normal(size=(least, 3))
    with pytest.raises(TooFewUpdatesError) as refusal:
        answer(updates_of(rows[:number], base=rows[0]), strategy, **parameters)
    f = parameters.get("f", 1)
    assert (refusal.value.facts["n"], refusal.value.facts["f"]) == (number, f)
    assert f"f = {f}" in refusal.value.sentence
    assert f"n = {number}" in refusal.value.sentence
    assert np.isfinite(answer(updates_of(rows[:least], base=rows[0]), strategy, **parameters)).all()


def test_multi_krum_can_not_choose_more_than_the_good_ones():
    assert answer(updates_of(ROWS), "multi_krum", m=6) is not None
    with pytest.raises(TooFewUpdatesError, match="m = 7 of n = 7") as refusal:
        answer(updates_of(ROWS), "multi_krum", m=7)
    assert refusal.value.facts == {"n": 7, "f": 1, "m": 7}
