import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from small_updates import answer, updates_of

from aggregation import tiles
from aggregation.rules.krum import krum_scores
from aggregation.updates import in_order

sets = arrays(np.float32, st.tuples(st.integers(5, 9), st.integers(1, 7)), elements=st.floats(-100, 100, width=32))


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
