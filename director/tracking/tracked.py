"""What a tracker holds of a federation, as values: runs and their points, registered versions, aliases.

Knows no tracker and no database. A point is one thing however often it is told: its key, step, time and value say so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from contract.names import TaskName

Ending = Literal["finished", "closed"]


@dataclass(frozen=True)
class Point:
    """One value of a metric.

    Args:
        key: The metric.
        value: Finite.
        step: The round, or of a plain aggregate the version.
        at: When the act that gave it was committed.
    """

    key: str
    value: float
    step: int
    at: datetime


@dataclass(frozen=True)
class TrackedRun:
    """A run of the tracker: one of ours, a plain aggregate, or one hospital's part in either.

    Args:
        key: By which it is found again, such as ``run 3`` or ``run 3 KNH``.
        name: What people read.
        parent: The key of the run that it is a part of; None: it is none.
        started_at: When.
        parameters: What it was asked to do; these never change.
        tags: What is so now.
        points: In the order in which they were given.
        documents: Name → JSON, of what is too much for points.
        ending: How it ended; None: it has not.
        ended_at: When.
    """

    key: str
    name: str
    parent: str | None
    started_at: datetime
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    points: Sequence[Point]
    documents: Mapping[str, str]
    ending: Ending | None
    ended_at: datetime | None


@dataclass(frozen=True)
class Family:
    """A run with its parts.

    Args:
        key: The parent's.
        runs: The parent first.
        is_whole: Whether all that was ever told of it is here, so that it may be made from nothing.
    """

    key: str
    runs: Sequence[TrackedRun]
    is_whole: bool


@dataclass(frozen=True)
class Registration:
    """A global version in the tracker's registry of models.

    Args:
        task: The task.
        version: Its number here; the registry counts its own.
        family: The run that it came of.
        card: What it rests on, as JSON, as far as an analyst may know it.
        tags: Its digests, and where it stands in the audit.
        notice: What its reader must know.
    """

    task: TaskName
    version: int
    family: str
    card: str
    tags: Mapping[str, str]
    notice: str


@dataclass(frozen=True)
class Projection:
    """What some events say that a tracker has to hold of a task.

    Args:
        task: The task.
        families: Runs that are touched.
        registrations: Versions that have to be in the registry.
        aliases: Alias → version, all that hold; None: nothing was told that could have moved one.
        dropped_aliases: Those that a person took away.
    """

    task: TaskName
    families: Sequence[Family] = ()
    registrations: Sequence[Registration] = ()
    aliases: Mapping[str, int] | None = None
    dropped_aliases: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to hold."""
        return not (self.families or self.registrations or self.aliases or self.dropped_aliases)
