import numpy as np
import pytest
from hypothesis import given

from contract.clinical.stays import OPEN, Clock, Texts, ending_before_they_begin, overlapping
from tests.contract.clinical.made_stays import sound_rows, stays_of


def marks(*spans: tuple[int, int, int]) -> list[bool]:
    rows = [{"patient": patient, "admitted": begin, "discharged": end} for patient, begin, end in spans]
    return overlapping(stays_of(rows)).tolist()


def test_both_of_two_stays_that_overlap_are_found():
    assert marks((1, 0, 10), (1, 9, 20), (1, 20, 30)) == [True, True, False]


def test_one_within_a_longer_one_is_found_however_many_lie_between():
    assert marks((1, 0, 100), (1, 10, 20), (1, 30, 40), (1, 100, 110)) == [True, True, True, False]


def test_stays_that_touch_or_are_of_other_patients_do_not_overlap():
    assert marks((1, 0, 10), (1, 10, 20), (2, 5, 15)) == [False, False, False]
    assert marks((1, 0, 0), (1, 0, 5)) == [False, False]


def test_what_comes_after_a_stay_that_is_not_over_overlaps():
    assert marks((1, 0, OPEN), (1, 9, 20)) == [True, True]


def test_the_order_of_the_rows_makes_no_difference():
    assert marks((1, 20, 30), (2, 0, 5), (1, 9, 21)) == [True, False, True]


@given(sound_rows())
def test_of_stays_that_do_not_overlap_none_is_found(rows):
    for one in rows:
        for other in rows:
            if one is not other and one["patient"] == other["patient"]:
                is_apart = one["discharged"] <= other["admitted"] or other["discharged"] <= one["admitted"]
                assert is_apart or len(rows) == 1


def test_a_discharge_before_the_admission_is_found():
    rows = [{"admitted": 10, "discharged": end} for end in (9, 10, OPEN)]
    assert ending_before_they_begin(stays_of(rows)).tolist() == [True, False, False]


def test_no_stays_overlap_with_none():
    assert overlapping(stays_of([])).tolist() == []


def test_a_text_that_is_not_there_is_in_no_list():
    texts = Texts(np.array([0, -1, 1]), ("a", "b"))
    assert texts.are_in(frozenset({"b", "x"})).tolist() == [False, False, True]
    assert texts.take(np.array([2])).places.tolist() == [1]


def test_times_too_far_apart_for_one_number_are_refused():
    with pytest.raises(OverflowError):
        Clock.of(stays_of([{"patient": place, "admitted": place << 61, "discharged": OPEN} for place in range(3)]))
