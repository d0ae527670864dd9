"""A large JSON batch in pieces, each the same request with fewer rows. Knows bytes, and no form.

JSON of a few bytes becomes many times as much in memory, so a large body is never parsed whole. As long as its rows are
flat objects, as all that a task can answer are, it is cut between them; anything else is refused unread.
"""

import os
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from typing import IO

from director.errors import InvalidRequestError, MalformedRequestError

WHOLE_BYTES = 256 * 1024
"""Up to here a body, or a row, is left whole: parsed, the worst of this size takes 30 MB for a moment."""

_BLOCK_BYTES = 64 * 1024
_EDGE_BYTES = 4096
"""Within so much before and behind the rows stand the few other fields."""

# Possessive: what was once taken is not tried otherwise, so that the time is that of one look, whatever comes.
_SPACE = rb"[ \t\r\n]*+"
_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_FIELD = _TEXT + _SPACE + b":" + _SPACE + b"(?:" + _TEXT + rb'|[^\s{}\[\]",]++)' + _SPACE
_ROW = _SPACE + rb'\{[^{}\[\]"]*+(?:' + _TEXT + rb'[^{}\[\]"]*+)*+\}' + _SPACE
_ROWS = b"(?:" + _ROW + b",)*+"

_HEAD = re.compile(
    b"(?:"
    + BOM_UTF8
    + b")?+"
    + _SPACE
    + rb"\{"
    + _SPACE
    + b"(?:"
    + _FIELD
    + b","
    + _SPACE
    + b')*+"inputs"'
    + _SPACE
    + b":"
    + _SPACE
    + rb"\[",
    re.DOTALL,
)
_TAIL = re.compile(rb"\]" + _SPACE + b"(?:," + _SPACE + _FIELD + rb")*+\}" + _SPACE, re.DOTALL)
_SOME_ROWS = re.compile(_ROWS, re.DOTALL)
_LAST_ROWS = re.compile(_ROWS + _ROW, re.DOTALL)


def in_pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Give the body itself where it is small, else documents that hold a part of its rows and all its other fields.

    Args:
        file: Open for reading and seeking; it stays the caller's.

    Raises:
        InvalidRequestError: It is large, and no object whose ``inputs`` are flat objects.
        MalformedRequestError: It is large, and text in UTF-16.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _EDGE_BYTES))
    tail = file.read()
    file.seek(0)
    if size <= WHOLE_BYTES:
        yield file.read()
        return
    begin = file.read(_EDGE_BYTES)
    if begin.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise MalformedRequestError("The body is text in UTF-16.", hint="Send JSON in UTF-8.")
    head, end = _HEAD.match(begin), tail.rfind(b"]")
    if head is None or end < 0 or not _TAIL.fullmatch(tail, end):
        raise _refused()
    file.seek(head.end())
    for rows in _rows(file, size - (len(tail) - end) - head.end()):
        yield head[0].removeprefix(BOM_UTF8) + rows + tail[end:]


def _rows(file: IO[bytes], left: int) -> Iterator[bytes]:
    """Give the next ``left`` bytes, some whole rows at a time, without the comma behind them."""
    held = b""
    while left > 0:
        block = file.read(min(_BLOCK_BYTES, left))
        left -= len(block)
        held += block
        if left > 0:
            found = _SOME_ROWS.match(held)
            end = found.end() if found else 0
            if end:
                yield held[: end - 1]
            held = held[end:]
            if len(held) > WHOLE_BYTES:
                raise _refused()
    if not _LAST_ROWS.fullmatch(held):
        raise _refused()
    yield held


def _refused() -> InvalidRequestError:
    return InvalidRequestError(
        f"Of more than {WHOLE_BYTES:,} bytes, a batch is one object whose inputs are objects of numbers.",
        hint="Send inputs as a list of objects, with names and numbers in each, beside the other fields.",
    )
