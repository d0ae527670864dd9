"""How fast bytes may travel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoy.bandwidth import Bandwidth


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


@given(st.lists(st.integers(1, 100_000), min_size=1), st.floats(2000, 1e6))
def test_on_the_whole_no_more_travels_than_is_allowed(counts: list[int], rate: float) -> None:
    clock = Clock()
    bandwidth = Bandwidth(rate, clock, clock.sleep)
    for count in counts:
        bandwidth.spend(count)
    assert clock.now - 100 == pytest.approx(sum(counts) / rate)


def test_what_was_not_used_does_not_add_up() -> None:
    clock = Clock()
    bandwidth = Bandwidth(1000, clock, clock.sleep)
    clock.now += 3600
    bandwidth.spend(500)
    assert clock.now == pytest.approx(3700.5)


@pytest.mark.parametrize(("rate", "bytes_at_once"), [(2000, 512), (40_000, 10_000), (1e9, 65536)])
def test_pieces_are_small_on_a_slow_line(rate: float, bytes_at_once: int) -> None:
    assert Bandwidth(rate).piece_bytes == bytes_at_once
