"""The hours of the day at which a hospital lets its envoy work. Pure; by the machine's own clock."""

import re
from dataclasses import dataclass
from datetime import time

_SPAN = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])-([01]?[0-9]|2[0-4]):([0-5][0-9])")


@dataclass(frozen=True)
class Hours:
    """Spans of the day; one that ends before it begins goes over midnight.

    Args:
        spans: Beginning and end of each, in minutes from midnight; the end is no part of it.
        text: As it was written.
    """

    spans: tuple[tuple[int, int], ...]
    text: str

    def hold(self, at: time) -> bool:
        """Tell whether a moment of the day lies in one of them."""
        minute = at.hour * 60 + at.minute
        return any(
            begin <= minute < end if begin < end else minute >= begin or minute < end for begin, end in self.spans
        )


def read_hours(text: str) -> Hours:
    """Read hours such as ``20:00-06:00`` or ``12:00-13:00, 20:00-24:00``.

    Raises:
        ValueError: They are written in another way, or a span has no length.
    """
    spans = []
    for each in text.split(","):
        found = _SPAN.fullmatch(each.strip())
        if found is None:
            raise ValueError(f"{each.strip()!r} are no hours; write them as 20:00-06:00, several with commas")
        begin, end = (int(found[at]) * 60 + int(found[at + 1]) for at in (1, 3))
        if end > 24 * 60 or begin == end:
            raise ValueError(f"{each.strip()!r} has no length, or ends after 24:00")
        spans.append((begin, end))
    return Hours(tuple(spans), text.strip())
