"""A family of a tracker's runs while events add to it: the run itself, and a part for each hospital."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from director.tracking.points import Measured
from director.tracking.tracked import Ending, Family, Point, TrackedRun


class GrowingFamily:
    """A run that events add to.

    Args:
        key: By which it is found again.
        name: What people read.
        started_at: When.
        asked: What it was asked to do.
        tags: What is so now.
        has_parts: Whether each hospital has a run of its own in it.
    """

    def __init__(
        self,
        key: str,
        name: str,
        started_at: datetime,
        asked: Mapping[str, object],
        tags: Mapping[str, str],
        *,
        has_parts: bool,
    ) -> None:
        self._key, self._name, self._started_at = key, name, started_at
        self._parameters = {each: str(value) for each, value in asked.items() if value is not None}
        self._tags = dict(tags)
        self._has_parts = has_parts
        self._points: list[Point] = []
        self._documents: dict[str, str] = {}
        self._parts: dict[str, tuple[list[Point], dict[str, str]]] = {}
        self._ending: tuple[Ending, datetime] | None = None
        self.is_begun_here = False

    def add(self, measured: Measured) -> None:
        """Add what a version says of its hospitals."""
        self._points += measured.of_all(with_percentiles=not self._has_parts)
        if not self._has_parts:
            self._documents[f"hospitals/step-{measured.step:06d}.json"] = measured.document()
            return
        for name, points in measured.of_each().items():
            self.part(name)
            self._parts[name][0].extend(points)
        for name, scores in measured.missing().items():
            self._parts[name][1].update({f"not_a_number.{score}": f"step {measured.step}" for score in scores})

    def part(self, hospital: str) -> None:
        """Say that a hospital has a part in it."""
        if self._has_parts:
            self._parts.setdefault(hospital, ([], {}))

    def end(self, ending: Ending, at: datetime) -> None:
        """Say that it is over."""
        self._ending = ending, at

    def grown(self, *, is_whole: bool) -> Family:
        """Give what has been added; ``is_whole`` where all events were gone through."""
        parent = self._run(self._key, self._name, None, self._parameters, self._tags, self._points, self._documents)
        parts = [
            self._run(f"{self._key} {name}", name, self._key, {}, {"hospital": name, **tags}, points, {})
            for name, (points, tags) in self._parts.items()
        ]
        return Family(self._key, [parent, *parts], is_whole=is_whole or self.is_begun_here)

    def _run(
        self,
        key: str,
        name: str,
        parent: str | None,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        points: Sequence[Point],
        documents: Mapping[str, str],
    ) -> TrackedRun:
        ending, ended_at = self._ending or (None, None)
        return TrackedRun(key, name, parent, self._started_at, parameters, tags, points, documents, ending, ended_at)
