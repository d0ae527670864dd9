"""What a participating envoy tells: a line for each step, and the state in its status file."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
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


def utc_now() -> datetime:
    """Give the time."""
    return datetime.now(UTC)


class Bulletin:
    """Tells steps, and keeps the status file up to date; a second thread may show that there is a pause.

    Args:
        home: The envoy's home.
        tell: Takes each step.
        clock: Gives the time, UTC.
    """

    def __init__(self, home: Path, tell: Callable[[Told], None], clock: Callable[[], datetime] = utc_now) -> None:
        self._home, self._tell, self._clock = home, tell, clock
        self._lock = threading.Lock()
        self._is_paused = False
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
            since = self._status.since if state == self._status.state else self._clock()
            self._status = self._status.model_copy(update={"state": state, "since": since, **changes})
            self._write()

    def heard(self) -> None:
        """Note that the director answered; the file says so with the next state."""
        self._status = self._status.model_copy(update={"last_contact": self._clock(), "last_error": None})

    def show_pause(self, is_paused: bool) -> None:
        """Let the file say ``paused``, whatever is being waited for; or what it is doing again."""
        with self._lock:
            if is_paused != self._is_paused:
                self._is_paused = is_paused
                self._write()

    def _write(self) -> None:
        is_waiting = self._is_paused and self._status.state in ("waiting", "retrying", "outside_hours")
        told = self._status.model_copy(update={"state": "paused", "since": self._clock()})
        write_status(self._home, told if is_waiting else self._status)
