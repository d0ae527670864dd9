"""Stretches of a file's bytes, as the headers ``Content-Range`` and ``Range`` write them (RFC 9110, section 14)."""

import re
from dataclasses import dataclass
from typing import Self

CONTENT_RANGE = r"^bytes [0-9]{1,15}-[0-9]{1,15}/[0-9]{1,15}$"
"""What a ``Content-Range`` looks like."""

_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")
_RANGE = re.compile(r"bytes=([0-9]{1,15})-([0-9]{0,15})")


@dataclass(frozen=True)
class Stretch:
    """Some of a file's bytes, next to each other.

    Args:
        start: Place of its first byte.
        end: Place behind its last byte.
        total: How many bytes the whole file has.
    """

    start: int
    end: int
    total: int

    @property
    def size(self) -> int:
        """How many bytes they are."""
        return self.end - self.start

    @property
    def content_range(self) -> str:
        """The header ``Content-Range`` of these bytes."""
        return f"bytes {self.start}-{self.end - 1}/{self.total}"

    @property
    def range(self) -> str:
        """The header ``Range`` that asks for these bytes and all behind them."""
        return f"bytes={self.start}-"

    @classmethod
    def read(cls, content_range: str) -> Self | None:
        """Read a header ``Content-Range``; None: it is none, or its numbers contradict each other."""
        match = _CONTENT_RANGE.fullmatch(content_range)
        first, last, total = (int(number) for number in match.groups()) if match else (0, -1, 0)
        return cls(first, last + 1, total) if first <= last < total else None


def asked_for(header: str | None, total: int) -> Stretch | None:
    """Read what a header ``Range`` asks for of a file.

    Only one range that says where it begins is understood; any other header stands for the whole file, as RFC 9110
    allows.

    Args:
        header: Its value, where there is one.
        total: How many bytes the file has.

    Returns:
        None for the whole file; an empty stretch where the file has no such bytes.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None:
        return None
    first = int(match[1])
    end = min(int(match[2]) + 1, total) if match[2] else total
    if match[2] and int(match[2]) < first:
        return None
    return Stretch(first, max(first, end), total)
