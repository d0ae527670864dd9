"""Stretches of bytes: what is written is read again, and what makes no sense is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.ranges import Stretch, asked_for


@st.composite
def stretches(draw: st.DrawFn) -> Stretch:
    start = draw(st.integers(0, 10**12))
    end = draw(st.integers(start + 1, 2 * 10**12))
    return Stretch(start, end, draw(st.integers(end, 10**13)))


@given(stretches())
def test_what_is_written_is_read_again(stretch: Stretch) -> None:
    assert Stretch.read(stretch.content_range) == stretch
    assert stretch.size == stretch.end - stretch.start
    assert asked_for(stretch.range, stretch.total) == Stretch(stretch.start, stretch.total, stretch.total)


@pytest.mark.parametrize(
    "text",
    [
        "", "bytes", "bytes 0-4/4", "bytes 3-2/9", "bytes 0-4/*", "bytes */5", "bytes=0-4/5", "bytes 0-4/5 ",
        "bytes -1-4/5", "bytes 0-4/5\n", "bytes \u0660-4/5", "items 0-4/5",
    ],
)  # fmt: skip
def test_what_names_no_bytes_is_none(text: str) -> None:
    assert Stretch.read(text) is None


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, None), ("bytes=0-", (0, 10)), ("bytes=4-", (4, 10)), ("bytes=4-5", (4, 6)), ("bytes=4-400", (4, 10)),
        ("bytes=9-", (9, 10)), ("bytes=10-", (10, 10)), ("bytes=99-", (99, 99)), ("bytes=99-100", (99, 99)),
        ("bytes=5-4", None), ("bytes=-4", None), ("bytes=0-1,3-4", None), ("lines=0-", None), ("", None),
    ],
)  # fmt: skip
def test_one_range_is_understood_and_all_else_stands_for_the_whole(header: str | None, found: object) -> None:
    asked = asked_for(header, 10)
    assert (asked and (asked.start, asked.end)) == found
