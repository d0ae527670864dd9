"""The stream never leaves its stream or its frame, and every instruction is paid for."""

from collections.abc import Callable

import pytest

from contract.artifacts.bounded_stream import MAX_LINE_BYTES, MAX_STRING_BYTES, BoundedStream, PickleRefused


def framed(length: int, stream: bytes) -> BoundedStream:
    """Give a stream that has entered a frame of that length."""
    bounded = BoundedStream(length.to_bytes(8, "little") + stream, max_opcodes=10)
    bounded.enter_frame()
    return bounded


def test_what_is_taken_is_what_is_there() -> None:
    stream = BoundedStream(b"\x01\xff\xff\xff\xffk\xc3\xb6\nrest", max_opcodes=1)

    assert stream.take_opcode() == 1
    assert stream.take_integer(4, signed=True) == -1
    assert stream.take_line() == "kö"
    assert (stream.take_text(3), stream.take_raw(1)) == ("res", b"t")
    assert stream.is_at_end


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
def test_what_is_not_there_or_too_long_is_refused(
    stream: bytes, act: Callable[[BoundedStream], object], says: str
) -> None:
    with pytest.raises(PickleRefused, match=says):
        act(BoundedStream(stream, max_opcodes=1))


def test_every_instruction_is_paid_for() -> None:
    stream = BoundedStream(b"NNN", max_opcodes=2)
    stream.take_opcode()
    stream.take_opcode()

    with pytest.raises(PickleRefused, match="more instructions"):
        stream.take_opcode()


def test_nothing_straddles_the_end_of_a_frame() -> None:
    stream = framed(2, b"abcd")

    with pytest.raises(PickleRefused, match="shorter than what it holds"):
        stream.take(3)
    with pytest.raises(PickleRefused, match="longer than what it holds"):
        stream.take_raw(1)
    assert stream.take(2) == b"ab"
    stream.require_frame_over()
    assert stream.take_raw(2) == b"cd"


def test_a_frame_in_a_frame_is_refused() -> None:
    with pytest.raises(PickleRefused, match="longer than what it holds"):
        framed(20, bytes(20)).enter_frame()
