import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aggregation.errors import NotSettledError
from aggregation.rules import geometric_median
from tests.small_updates import ROWS, answer, combined, updates_of, where_it_settles

sets = arrays(np.float32, st.tuples(st.integers(5, 9), st.integers(1, 7)), elements=st.floats(-100, 100, width=32))


@settings(max_examples=40, deadline=None)
@given(rows=sets)
def test_no_step_away_from_the_geometric_median_makes_the_distances_shorter(rows):
    with where_it_settles():
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
