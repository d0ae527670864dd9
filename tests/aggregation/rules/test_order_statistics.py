import numpy as np
import pytest

from aggregation.rules.order_statistics import middle
from tests.small_updates import ROWS, answer, updates_of


@pytest.mark.parametrize(
    ("ascending", "median"),
    [
        pytest.param([1, 2, 9], 2, id="of three"),
        pytest.param([1, 2, 4, 9], 3, id="of four, between the middle two"),
        pytest.param([7], 7, id="of one"),
    ],
)
def test_the_middle_of_sorted_numbers_is_their_median(ascending: list[float], median: float) -> None:
    assert middle(np.array([ascending, ascending], np.float64)).tolist() == [median, median]


def test_nothing_trimmed_is_the_mean_and_all_but_one_trimmed_is_the_median() -> None:
    updates = updates_of(ROWS)

    assert answer(updates, "trimmed_mean", f=0).tolist() == answer(updates, "mean").tolist()
    assert answer(updates, "trimmed_mean", f=3).tolist() == answer(updates, "coordinate_median").tolist()


def test_each_number_is_taken_by_itself() -> None:
    updates = updates_of([(1, 9), (5, 5), (9, 1)])

    assert answer(updates, "coordinate_median").tolist() == [5, 5]
    assert answer(updates_of([(1, 8), (5, 9), (9, 1)]), "coordinate_median").tolist() == [5, 8]
