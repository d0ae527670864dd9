from contract.small_counts import FEWEST_TOLD, may_be_told


def test_eleven_may_be_told_and_ten_may_not() -> None:
    assert [may_be_told(count) for count in (0, 1, FEWEST_TOLD - 1, FEWEST_TOLD, 12)] == [False] * 3 + [True] * 2
    assert FEWEST_TOLD == 11
