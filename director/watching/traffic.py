"""What one process was asked, counted as it answers. A request pays for it with a look-up and four additions."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from director.watching.figures import BOUNDS, Sample, Times

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_OTHER = "other"
"""A stranger may invent methods; there are so many routes and statuses as there are."""


@dataclass
class _Route:
    statuses: dict[int, int] = field(default_factory=dict)
    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0


class Traffic:
    """Counts requests; told on the event loop alone, read from any thread."""

    def __init__(self) -> None:
        self._routes: dict[tuple[str, str], _Route] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one.

        Args:
            method: The request's.
            route: Its route's template.
            status: The answer's; 0: there was none.
            seconds: How long it took.
        """
        found = self._routes.get((method, route))
        if found is None:
            key = (method if method in _METHODS else _OTHER, route)
            found = self._routes.setdefault(key, _Route())
        found.statuses[status] = found.statuses.get(status, 0) + 1
        found.counts[bisect_left(BOUNDS, seconds)] += 1
        found.seconds += seconds

    def samples(self) -> Iterator[Sample]:
        """Give what was counted."""
        for (method, route), found in self._routes.copy().items():
            for status, number in found.statuses.copy().items():
                yield Sample("requests_total", number, (method, route, str(status) if status else "none"))
            yield Sample("request_seconds", Times(tuple(found.counts), found.seconds), (method, route))
