"""Hours of the day."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoy.hours import read_hours


@pytest.mark.parametrize(
    ("text", "hold", "do_not"),
    [
        ("20:00-06:00", ["20:00", "23:59", "00:00", "05:59"], ["19:59", "06:00", "12:00"]),
        ("08:00-12:30", ["08:00", "12:29"], ["07:59", "12:30"]),
        ("12:00-13:00, 20:00-24:00", ["12:30", "20:00", "23:59"], ["13:00", "00:00"]),
        ("0:00-24:00", ["00:00", "23:59"], []),
    ],
)
def test_hours_hold_from_their_beginning_to_before_their_end(text: str, hold: list[str], do_not: list[str]) -> None:
    hours = read_hours(text)
    assert [each for each in hold + do_not if hours.hold(time.fromisoformat(each))] == hold


@pytest.mark.parametrize("text", ["", "20-6", "20:00", "24:00-06:00", "20:00-24:30", "08:00-08:00", "20:60-06:00", "a"])
def test_what_is_written_in_another_way_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no hours|no length"):
        read_hours(text)


@given(st.times(), st.integers(0, 1439), st.integers(0, 1439))
def test_a_span_and_the_one_the_other_way_round_share_no_moment_and_leave_none_out(at: time, one: int, other: int):
    if one == other:
        return
    first, second = (f"{each // 60:02}:{each % 60:02}" for each in (one, other))
    assert read_hours(f"{first}-{second}").hold(at) != read_hours(f"{second}-{first}").hold(at)
