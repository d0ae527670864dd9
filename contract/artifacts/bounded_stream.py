"""Walking along a pickle's bytes without ever leaving them: what is taken is there, not too long, and paid for."""

MAX_LINE_BYTES = 128
MAX_STRING_BYTES = 1024


class PickleRefused(Exception):
    """Says in half a sentence what the pickle holds and must not; the two doors turn it into an error of theirs."""


class BoundedStream:
    """A place in a stream that never leaves it, with the opcodes that may still be spent."""

    def __init__(self, stream: bytes, max_opcodes: int) -> None:
        self.position = 0
        self._stream = stream
        self._frame_end = 0
        self._opcodes_left = max_opcodes

    @property
    def is_at_end(self) -> bool:
        """Whether nothing follows."""
        return self.position == len(self._stream)

    def take(self, count: int) -> bytes:
        """Take the next ``count`` bytes of the frame, or of the stream outside of frames."""
        in_frame = self.position < self._frame_end
        end = self.position + count
        if end > (self._frame_end if in_frame else len(self._stream)):
            raise PickleRefused("it ends in the middle" if not in_frame else "a frame is shorter than what it holds")
        taken = self._stream[self.position : end]
        self.position = end
        return taken

    def take_raw(self, count: int) -> bytes:
        """Take ``count`` bytes that are no part of the pickle."""
        self.require_frame_over()
        return self.take(count)

    def take_opcode(self) -> int:
        """Take an opcode and pay for it."""
        if not self._opcodes_left:
            raise PickleRefused("it has more instructions than such a file needs")
        self._opcodes_left -= 1
        return self.take(1)[0]

    def take_integer(self, size: int, *, signed: bool = False) -> int:
        """Take a little-endian integer."""
        return int.from_bytes(self.take(size), "little", signed=signed)

    def take_text(self, size: int) -> str:
        """Take UTF-8 text."""
        if size > MAX_STRING_BYTES:
            raise PickleRefused(f"a text of {size} bytes is longer than {MAX_STRING_BYTES}")
        try:
            return self.take(size).decode()
        except UnicodeDecodeError:
            raise PickleRefused("a text is not UTF-8") from None

    def take_line(self) -> str:
        """Take text up to a line's end."""
        end = self._stream.find(b"\n", self.position, self.position + MAX_LINE_BYTES)
        if end < 0:
            raise PickleRefused("a name has no end")
        line = self.take_text(end - self.position)
        self.take(1)
        return line

    def enter_frame(self) -> None:
        """Begin a frame: a stretch that no instruction may straddle."""
        length = self.take_integer(8)
        self.require_frame_over()
        if length > len(self._stream) - self.position:
            raise PickleRefused("a frame is longer than the file")
        self._frame_end = self.position + length

    def require_frame_over(self) -> None:
        """Refuse a frame that holds more than it should."""
        if self.position < self._frame_end:
            raise PickleRefused("a frame is longer than what it holds")
