import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aggregation import tiles
from aggregation.comparison import measure
from aggregation.errors import InconsistentUpdatesError, NoBaseError, TooFewUpdatesError
from aggregation.scaling import behind
from contract.scaler import ScalerState
from tests.small_updates import updates_of

# few different values, so that ties are frequent
sets = arrays(np.float32, st.tuples(st.integers(4, 9), st.integers(1, 6)), elements=st.integers(-4, 4).map(float))


@settings(max_examples=100, deadline=None)
@given(rows=sets, room=st.integers(1, 40))
def test_each_update_is_measured_against_the_others_alone(rows: np.ndarray, room: int):
    base = np.full(rows.shape[1], 0.5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiles, "STACK_ELEMENTS", room)
        found = measure(updates_of(rows, base=base))
    changes = rows.astype(np.float64) - base
    for place, each in enumerate(found):
        own, others = changes[place], np.delete(changes, place, axis=0)
        centre, norms = np.median(others, axis=0), np.linalg.norm(others, axis=1)
        assert each.norm == pytest.approx(np.linalg.norm(own))
        assert each.others_norm == pytest.approx(np.median(norms))
        assert each.others_spread == pytest.approx(np.median(np.abs(norms - np.median(norms))))
        assert each.centre_norm == pytest.approx(np.linalg.norm(centre))
        assert each.distance == pytest.approx(np.linalg.norm(own - centre), abs=1e-12)
        if each.centre_norm and each.norm:
            assert each.cosine == pytest.approx(own @ centre / (each.norm * each.centre_norm), abs=1e-12)
        else:
            assert each.cosine is None


@settings(max_examples=30, deadline=None)
@given(rows=sets, order=st.randoms(use_true_random=False))
def test_who_came_first_changes_nothing(rows: np.ndarray, order):
    updates, places = updates_of(rows, base=rows[0] - 1), list(range(len(rows)))
    order.shuffle(places)
    found = measure(updates)
    assert measure([updates[place] for place in places]) == [found[place] for place in places]


def test_three_can_not_be_compared():
    with pytest.raises(TooFewUpdatesError) as refusal:
        measure(updates_of([(1, 2)] * 3, base=(0, 0)))
    assert refusal.value.facts == {"n": 3}


def test_models_behind_different_scalers_can_not_be_compared():
    first, *others = updates_of(np.eye(4), base=(0, 0, 0, 0))
    with pytest.raises(InconsistentUpdatesError, match="different scalers"):
        measure([behind(first, ScalerState.from_moments(10, (9.0,), (10.0,))), *others])


def test_an_update_without_its_base_can_not_be_compared():
    with pytest.raises(NoBaseError):
        measure(updates_of(np.eye(4)))
