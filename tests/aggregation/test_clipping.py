import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aggregation.clipping import capped_counts, clip
from aggregation.errors import NoBaseError
from aggregation.updates import in_order
from tests.small_updates import BASE, COUNTS, NAME, ROWS, answer, combined, updates_of

sets = arrays(np.float32, st.tuples(st.integers(1, 8), st.integers(1, 6)), elements=st.floats(-1e3, 1e3, width=32))


def clipped_rows(rows, base) -> np.ndarray:
    ordered = clip(in_order(updates_of(rows, base=base)))
    size = len(base)
    return np.array(ordered.as_given([each.tensors.read(each.layout[0], 0, size) for each in ordered.updates]))


@settings(max_examples=60, deadline=None)
@given(rows=sets)
def test_changes_longer_than_the_median_become_as_long_and_keep_their_direction(rows: np.ndarray):
    base = np.float32(rows.mean(axis=0)).astype(np.float64)
    changes = rows - base
    norms = np.linalg.norm(changes, axis=1)
    bound = np.median(norms)
    factors = np.minimum(1, bound / np.where(norms > 0, norms, 1))
    assert clipped_rows(rows, base) == pytest.approx(base + changes * factors[:, np.newaxis], rel=1e-9, abs=1e-9)


def test_each_is_clipped_about_its_own_base():
    first, second, third = updates_of([(3, 0)], base=(2, 0)), updates_of([(0, 9)], base=(0, 8)), [(10, 10)]
    updates = [*first, *second, *updates_of(third, base=(10, 0))]
    ordered = clip(in_order(updates))
    assert [list(each.tensors.read(each.layout[0], 0, 2)) for each in ordered.updates] == [[3, 0], [0, 9], [10, 1]]


def test_what_is_not_too_long_is_left_alone():
    ordered = in_order(updates_of(ROWS, base=BASE))
    kept = [after is before for before, after in zip(ordered.updates, clip(ordered).updates, strict=True)]
    assert sum(kept) == 4  # the half below, and the median one


def test_clip_in_front_of_a_rule_is_the_rule_on_clipped_updates():
    updates, rows = updates_of(ROWS, COUNTS, BASE), clipped_rows(ROWS, BASE)
    assert answer(updates, "clip+fedavg") == pytest.approx(np.average(rows, axis=0, weights=COUNTS), rel=1e-6)
    assert answer(updates, "clip+coordinate_median") == pytest.approx(np.median(rows, axis=0), rel=1e-6)
    assert answer(updates, "clip+mean").tolist() == answer(updates, "clip").tolist()
    assert combined(updates, "clip+fedavg").shares == pytest.approx(np.array(COUNTS) / sum(COUNTS))


def test_clipping_twice_shortens_nothing_more_than_the_median_of_the_first():
    updates = updates_of(ROWS, base=BASE)
    assert answer(updates, "clip+clip+mean") == pytest.approx(answer(updates, "clip"), rel=1e-6)


def test_an_update_without_its_base_can_not_be_clipped():
    updates = updates_of(ROWS)
    with pytest.raises(NoBaseError, match=updates[0].digest[:12] + "|does not say what it was trained from"):
        answer(updates, "clip+trimmed_mean")
    assert combined(updates, "trimmed_mean").state[NAME].shape == (3,)


@pytest.mark.parametrize(
    ("counts", "ratio", "capped"),
    [
        pytest.param([40, 50, 60, 10**6], 3, [40, 50, 60, 165], id="a lie is capped at three times the median"),
        pytest.param([10, 20, 30], 1.5, [10, 20, 30], id="honest sizes stay"),
        pytest.param([7], 0.01, [1], id="nobody counts as nothing"),
    ],
)
def test_claimed_counts_are_capped(counts: list[int], ratio: float, capped: list[int]):
    assert capped_counts(counts, ratio) == capped
