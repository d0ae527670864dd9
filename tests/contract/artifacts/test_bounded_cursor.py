"""The cursor never leaves its stream or its frame, and every instruction is paid for."""

from collections.abc import Callable

import pytest

from contract.artifacts.bounded_cursor import MAX_LINE_BYTES, MAX_STRING_BYTES, Cursor, PickleRefused


def framed(length: int, stream: bytes) -> Cursor:
    """Give a cursor that has entered a frame of that length."""
    cursor = Cursor(length.to_bytes(8, "little") + stream, max_opcodes=10)
    cursor.enter_frame()
    return cursor


def test_what_is_taken_is_what_is_there() -> None:
    cursor = Cursor(b"\x01\xff\xff\xff\xffk\xc3\xb6\nrest", max_opcodes=1)

    assert cursor.take_opcode() == 1
    assert cursor.take_integer(4, signed=True) == -1
    assert cursor.take_line() == "kö"
    assert (cursor.take_text(3), cursor.take_raw(1)) == ("res", b"t")
    assert cursor.is_at_end


@pytest.mark.parametrize(
    ("stream", "act", "says"),
    [
        pytest.param(b"abc", lambda c: c.take(4), "ends in the middle", id="more than there is"),
        pytest.param(b"", lambda c: c.take_opcode(), "ends in the middle", id="an instruction behind the end"),
        pytest.param(b"\xff", lambda c: c.take_text(1), "not UTF-8", id="a text that is none"),
        pytest.param(b"x" * 2000, lambda c: c.take_text(MAX_STRING_BYTES + 1), "longer than", id="a long text"),
        pytest.param(b"x" * MAX_LINE_BYTES + b"\n", lambda c: c.take_line(), "no end", id="a long line"),
        pytest.param(bytes([9]) + bytes(15), lambda c: c.enter_frame(), "longer than the file", id="a long frame"),
    ],
)
def test_what_is_not_there_or_too_long_is_refused(stream: bytes, act: Callable[[Cursor], object], says: str) -> None:
    with pytest.raises(PickleRefused, match=says):
        act(Cursor(stream, max_opcodes=1))


def test_every_instruction_is_paid_for() -> None:
    cursor = Cursor(b"NNN", max_opcodes=2)
    cursor.take_opcode()
    cursor.take_opcode()

    with pytest.raises(PickleRefused, match="more instructions"):
        cursor.take_opcode()


def test_nothing_straddles_the_end_of_a_frame() -> None:
    cursor = framed(2, b"abcd")

    with pytest.raises(PickleRefused, match="shorter than what it holds"):
        cursor.take(3)
    with pytest.raises(PickleRefused, match="longer than what it holds"):
        cursor.take_raw(1)
    assert cursor.take(2) == b"ab"
    cursor.require_frame_over()
    assert cursor.take_raw(2) == b"cd"


def test_a_frame_in_a_frame_is_refused() -> None:
    with pytest.raises(PickleRefused, match="longer than what it holds"):
        framed(20, bytes(20)).enter_frame()
