import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aggregation import tiles
from aggregation.rules.krum import krum_scores
from aggregation.updates import in_order
from contract.network import TensorSpec
from tests.small_updates import answer, updates_of

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


def test_stretches_cover_every_element_once_and_straddle_no_tensor() -> None:
    layout = (TensorSpec("a", (3, 4)), TensorSpec("b", (5,)), TensorSpec("c", ()))

    cut = [(each.tensor.name, each.start, each.stop) for each in tiles.stretches(layout, elements=5)]

    assert cut == [("a", 0, 5), ("a", 5, 10), ("a", 10, 12), ("b", 0, 5), ("c", 0, 1)]
    assert sum(stretch.size for stretch in tiles.stretches(layout, elements=5)) == 18


def test_a_stack_has_one_row_an_update_in_float64() -> None:
    updates = updates_of([(1, 2, 3), (4, 5, 6)])

    ((stretch, matrix),) = tiles.stacks(updates[0].layout, [each.tensors for each in updates])

    assert (stretch.start, stretch.stop, matrix.dtype) == (0, 3, np.dtype(np.float64))
    assert matrix.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_the_more_updates_the_shorter_the_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "STACK_ELEMENTS", 4)
    updates = updates_of([(1, 2, 3), (4, 5, 6)])

    sizes = [matrix.shape for _, matrix in tiles.stacks(updates[0].layout, [each.tensors for each in updates])]

    assert sizes == [(2, 2), (2, 1)]


def test_ascending_sorts_each_number_by_itself_and_leaves_the_stack_alone() -> None:
    stack = np.array([[3.0, 1.0], [1.0, 2.0], [2.0, 0.0]])

    assert tiles.ascending(stack).tolist() == [[1, 2, 3], [0, 1, 2]]
    assert stack.tolist() == [[3, 1], [1, 2], [2, 0]]
