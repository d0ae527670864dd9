"""What a participating envoy tells: a line for each step, and the state in its status file."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contract.errors import Fact
from envoy.participation.status import State, Status, write_status


@dataclass(frozen=True)
class Told:
    """A step: when (UTC), a stable word for programs, a sentence for people, and the facts."""

    at: datetime
    event: str
    sentence: str
    facts: Mapping[str, Fact]


_BRIEF_STATES: frozenset[State] = frozenset(("waiting", "training", "uploading"))
"""What may follow on each other within milliseconds."""
_SELDOM = timedelta(seconds=0.25)


def utc_now() -> datetime:
    """Give the time."""
    return datetime.now(UTC)


class Bulletin:
    """Tells steps, and keeps the status file up to date.

    A round of a small model takes less time than three files: what follows within a fraction of a second is written by
    ``catch_up``, which a second thread calls now and then.

    Args:
        home: The envoy's home.
        tell: Takes each step.
        clock: Gives the time, UTC.
    """

    def __init__(self, home: Path, tell: Callable[[Told], None], clock: Callable[[], datetime] = utc_now) -> None:
        self._home, self._tell, self._clock = home, tell, clock
        self._lock = threading.Lock()
        self._is_paused = self._is_behind = False
        self._written_at = datetime.min.replace(tzinfo=UTC)
        self._status = Status(state="starting", since=clock())

    @property
    def status(self) -> Status:
        """What it is doing."""
        return self._status

    def say(self, event: str, sentence: str, **facts: Fact) -> None:
        """Tell a step."""
        self._tell(Told(self._clock(), event, sentence, facts))

    def enter(self, state: State, **changes: object) -> None:
        """Change what the status file says; what is not named stays."""
        with self._lock:
            now = self._clock()
            since = self._status.since if state == self._status.state else now
            run = self._status.run
            self._status = self._status.model_copy(update={"state": state, "since": since, **changes})
            is_same_run = self._status.run == run  # which run it was in is asked for after a cut
            self._is_behind = is_same_run and state in _BRIEF_STATES and now - self._written_at < _SELDOM
            if not self._is_behind:
                self._write(now)

    def heard(self) -> None:
        """Note that the director answered; the file says so with the next state."""
        self._status = self._status.model_copy(update={"last_contact": self._clock(), "last_error": None})

    def catch_up(self, *, is_paused: bool) -> None:
        """Write what was left unwritten; while there is a pause the file says so, whatever is being waited for."""
        with self._lock:
            if is_paused != self._is_paused or self._is_behind:
                was_paused, self._is_paused, self._is_behind = self._is_paused, is_paused, False
                try:
                    self._write(self._clock())
                except OSError:  # a full disk: the loop says so where it matters; the next look writes it
                    self._is_paused, self._is_behind = was_paused, True

    def _write(self, now: datetime) -> None:
        self._written_at = now
        is_waiting = self._is_paused and self._status.state in ("waiting", "retrying", "outside_hours")
        told = self._status.model_copy(update={"state": "paused", "since": now})
        write_status(self._home, told if is_waiting else self._status)
