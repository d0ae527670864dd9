"""When a hospital wants nothing done: while it pauses, and outside of its hours."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from envoy.hours import Hours
from envoy.participation.bulletin import Bulletin
from envoy.participation.status import State
from envoy.participation.switches import Switches

_LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Holds:
    """What keeps an envoy from working.

    Args:
        switches: What people say meanwhile.
        hours: When it works; None: always.
        local_time: Gives the machine's own date and time.
    """

    switches: Switches
    hours: Hours | None = None
    local_time: Callable[[], datetime] = datetime.now

    @property
    def is_paused(self) -> bool:
        """Whether somebody paused it."""
        return self.switches.is_paused

    @property
    def reason(self) -> State | None:
        """What keeps it from working now; None: nothing."""
        if self.is_paused:
            return "paused"
        if self.hours is not None and not self.hours.hold(self.local_time().time()):
            return "outside_hours"
        return None

    @contextmanager
    def shown_in(self, bulletin: Bulletin) -> Iterator[None]:
        """Keep the status file up to date, a pause in it too, while the director holds an answer back."""
        is_over = threading.Event()

        def look() -> None:
            while not is_over.wait(_LOOK_SECONDS):
                bulletin.catch_up(is_paused=self.is_paused)

        watching = threading.Thread(target=look, name="status", daemon=True)
        watching.start()
        try:
            yield
        finally:
            is_over.set()
            watching.join()
