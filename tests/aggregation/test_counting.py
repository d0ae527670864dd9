"""How many examples a hospital counts for: whole numbers, no order, and nobody more than half."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation.counting import LEAST_COUNT_RATIO, Bound, Claim, count

NUMBERS = st.integers(1, 10**9)
RATIOS = st.floats(LEAST_COUNT_RATIO, 10)
UNEXPECTED = st.builds(Claim, NUMBERS, st.none() | NUMBERS)
CLAIMS = st.builds(Claim, NUMBERS, st.none() | NUMBERS, st.none() | NUMBERS)


def honest(*numbers: int) -> list[Claim]:
    return [Claim(number, number) for number in numbers]


def counted(claims: list[Claim], ratio: float = 3.0) -> list[int]:
    return [each.counted for each in count(claims, ratio)]


@pytest.mark.parametrize(
    ("claims", "numbers", "bounds"),
    [
        pytest.param(honest(40, 50, 60), [40, 50, 60], ["claimed"] * 3, id="alike: as claimed"),
        pytest.param(honest(70), [70], ["claimed"], id="one alone"),
        pytest.param([Claim(70, 20, 10)], [70], ["claimed"], id="one alone, whatever else is known"),
        pytest.param(honest(10, 1000), [10, 10], ["claimed", "others_sum"], id="of two neither more than half"),
        pytest.param(
            [Claim(900, 40), *honest(50, 60)], [40, 50, 60], ["reported", "claimed", "claimed"], id="its own statistics"
        ),
        pytest.param(
            [Claim(900), *honest(40, 51)], [45, 40, 51], ["others_claims", "claimed", "claimed"], id="no statistics yet"
        ),
        pytest.param(
            honest(10, 10, 11, 10, 100), [10, 10, 11, 10, 30],
            ["claimed", "claimed", "claimed", "claimed", "others_median"], id="3 × the median of the others",
        ),
        pytest.param(
            [Claim(5000, 5000, 4000), *honest(40, 50)], [4000, 40, 50], ["expected", "claimed", "claimed"],
            id="as large as was expected, whatever the others are",
        ),
        pytest.param(
            [Claim(300, 300, 4000), *honest(40, 50)], [300, 40, 50], ["claimed"] * 3, id="smaller than was expected",
        ),
        pytest.param(
            [Claim(300, 200, 4000), *honest(40, 50)], [200, 40, 50], ["reported", "claimed", "claimed"],
            id="an expectation is no statistics",
        ),
    ],
)  # fmt: skip
def test_a_count_is_the_least_of_its_bounds(claims: list[Claim], numbers: list[int], bounds: list[Bound]):
    found = count(claims, 3.0)
    assert [each.counted for each in found] == numbers
    assert [each.bound for each in found] == bounds


def test_of_five_the_largest_is_held_against_the_median_and_against_the_sum():
    assert counted(honest(10, 10, 10, 10, 1000), 3.0)[-1] == 30
    assert counted(honest(10, 10, 10, 10, 1000), 9.0)[-1] == 40


def test_a_hospital_is_held_against_what_the_others_show_not_against_what_they_claim():
    first, *_ = count([Claim(100, 100), Claim(10**6, 30), Claim(10**6, 20)], 3.0)
    assert (first.counted, first.bound) == (50, "others_sum")


def test_a_cap_is_said_in_words():
    capped, honest_one = count([Claim(1000, 1000), Claim(10, 10)], 3.0)
    assert (capped.is_capped, capped.own) == (True, 1000)
    assert capped.limit == "the sum of the others: nobody weighs more than half"
    assert (honest_one.is_capped, honest_one.limit) == (False, "what it claims")
    assert count(honest(10, 10, 10, 10, 100), 2.5)[-1].limit == "2.5 × the median of the others"


@given(st.lists(UNEXPECTED, min_size=2, max_size=9), RATIOS)
def test_nobody_weighs_more_than_half_where_nothing_is_expected(claims: list[Claim], ratio: float):
    numbers = counted(claims, ratio)
    assert 2 * max(numbers) <= sum(numbers)


@given(st.lists(CLAIMS, min_size=1, max_size=9), RATIOS)
def test_a_count_is_a_whole_number_of_one_or_more_and_never_above_the_claim(claims: list[Claim], ratio: float):
    for claim, found in zip(claims, count(claims, ratio), strict=True):
        assert type(found.counted) is type(found.own) is int
        assert 1 <= found.counted <= found.own <= found.claimed == claim.claimed
        assert found.is_capped == (found.counted < claim.claimed)
        if len(claims) > 1:
            assert found.own <= min(claim.reported or claim.claimed, claim.expected or claim.claimed)


@given(st.lists(CLAIMS, min_size=1, max_size=5), RATIOS)
def test_no_order_changes_what_anybody_counts_for(claims: list[Claim], ratio: float):
    found = sorted(map(repr, zip(claims, counted(claims, ratio), strict=True)))
    for order in itertools.islice(itertools.permutations(claims), 24):
        assert sorted(map(repr, zip(order, counted(list(order), ratio), strict=True))) == found


@given(st.lists(UNEXPECTED, min_size=2, max_size=7), NUMBERS, RATIOS)
def test_whoever_is_expected_to_be_large_counts_by_itself(claims: list[Claim], number: int, ratio: float):
    large, *_ = count([Claim(number, number, number), *claims], ratio)
    assert (large.counted, large.is_capped) == (number, False)


@given(st.lists(UNEXPECTED, min_size=2, max_size=7), st.integers(1, 10**6), RATIOS)
def test_a_larger_claim_never_makes_a_hospital_count_for_less(claims: list[Claim], more: int, ratio: float):
    first, *others = claims
    larger = Claim(first.claimed + more, first.reported)
    assert counted([larger, *others], ratio)[0] >= counted([first, *others], ratio)[0]
