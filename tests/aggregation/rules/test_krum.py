import pytest

from aggregation.errors import TooFewUpdatesError
from aggregation.rules.krum import krum_scores
from aggregation.updates import in_order
from tests.small_updates import KRUM_SCORES, ROWS, answer, combined, updates_of


def test_the_krum_scores_are_those_of_the_reference_table():
    ordered = in_order(updates_of(ROWS))
    assert ordered.as_given(krum_scores(ordered, 1).tolist()) == pytest.approx(KRUM_SCORES, rel=1e-5)


def test_krum_gives_the_whole_share_to_the_chosen_one_and_multi_krum_none_to_the_worst():
    assert combined(updates_of(ROWS), "krum").shares == (1, 0, 0, 0, 0, 0, 0)
    assert combined(updates_of(ROWS), "multi_krum").shares == pytest.approx([1 / 6] * 6 + [0])
    assert combined(updates_of(ROWS), "coordinate_median").shares is None


def test_multi_krum_can_not_choose_more_than_the_good_ones():
    assert answer(updates_of(ROWS), "multi_krum", m=6) is not None
    with pytest.raises(TooFewUpdatesError, match="m = 7 of n = 7") as refusal:
        answer(updates_of(ROWS), "multi_krum", m=7)
    assert refusal.value.facts == {"n": 7, "f": 1, "m": 7}
