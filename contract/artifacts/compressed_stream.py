"""Inflating what a stranger compressed: one complete stream, nothing behind it, never more than a cap."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol

_LZMA_MEMORY_BYTES = 80 * 2**20  # what the highest preset asks for; only touched as far as the stream inflates


class StreamRefused(Exception):
    """Says in half a sentence why a stream can't be inflated."""


class _Decompressor(Protocol):
    """What zlib's, bz2's and lzma's decompressors have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


_FORMATS: dict[bytes, Callable[[], _Decompressor]] = {
    b"x": lambda: zlib.decompressobj(zlib.MAX_WBITS),
    b"\x1f\x8b\x08\x00": lambda: zlib.decompressobj(zlib.MAX_WBITS | 16),  # gzip without a file's name or a comment
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\x00": lambda: lzma.LZMADecompressor(memlimit=_LZMA_MEMORY_BYTES),
    b"\x5d\x00": lambda: lzma.LZMADecompressor(memlimit=_LZMA_MEMORY_BYTES),
}


def inflate(data: memoryview, max_bytes: int) -> bytes:
    """Inflate zlib, gzip, bzip2, xz or lzma, told apart by the first bytes; anything else is given back as it is.

    Raises:
        StreamRefused: Damaged, cut off, followed by something, or larger than ``max_bytes``.
    """
    if data.nbytes > max_bytes:
        raise StreamRefused(f"it is larger than {max_bytes} bytes")
    stream = bytes(data)
    start = next((start for start in _FORMATS if stream.startswith(start)), None)
    if start is None:
        return stream
    try:
        decompressor = _FORMATS[start]()
        inflated = decompressor.decompress(stream, max_bytes + 1)
    except (zlib.error, lzma.LZMAError, OSError, EOFError):
        raise StreamRefused("its compression is damaged") from None
    if len(inflated) > max_bytes:
        raise StreamRefused(f"it inflates to more than {max_bytes} bytes")
    if not decompressor.eof:
        raise StreamRefused("its compressed stream is cut off")
    if decompressor.unused_data:
        raise StreamRefused("something follows its compressed stream")
    return inflated
