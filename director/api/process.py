"""How this process is, as figures: what it was asked, what waits in it, how late its event loop comes."""

import asyncio
import os
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

from anyio import to_thread
from starlette.types import Scope

from director.api.batches import BatchDesk
from director.api.connection import OpenConnections
from director.api.parcels import Desk
from director.api.waiting import WaitingRoom
from director.members.denials import Denials
from director.watching.figures import Sample
from director.watching.traffic import Traffic
from director.watching.workers import Workers

UNMATCHED = "unmatched"
"""Of what no route answers: a stranger may invent paths."""

_BEAT_SECONDS = 1.0
_TOLD_EVERY_BEATS = 5
_LOOKED_BACK_BEATS = 15


class Process:
    """Reads the figures of this process; tells the other workers, if there are any.

    Args:
        denials: Who was turned away.
        desk: Where uploads wait.
        batches: Where batches wait.
        waiting: Where requests wait.
        workers: The others.
    """

    def __init__(
        self, denials: Denials, desk: Desk, batches: BatchDesk, waiting: WaitingRoom, workers: Workers
    ) -> None:
        self.traffic = Traffic()
        self.connections = OpenConnections()
        self._denials = denials
        self._desks = {"uploads": desk, "batches": batches.desk}
        self._waiting = waiting
        self._workers = workers
        self._began_at = time.time()
        self._lags: deque[float] = deque((0.0,), maxlen=_LOOKED_BACK_BEATS)

    def note(self, scope: Scope, status: int, size: int, seconds: float) -> None:
        """Count a request that is over, as ``Answered``."""
        route = scope.get("route")
        self.traffic.count(scope["method"], UNMATCHED if route is None else route.path, status, seconds)

    def samples(self) -> list[Sample]:
        """Give the figures of all workers: this one's as they are, the others' as they told a few seconds ago."""
        own = list(self._own())
        self._workers.tell(own)
        return list(self._workers.all(own))

    async def beat(self) -> None:
        """Look once a second how late the event loop comes, until it is cancelled."""
        loop = asyncio.get_running_loop()
        try:
            for beat in count(1):
                began = loop.time()
                await asyncio.sleep(_BEAT_SECONDS)
                self._lags.append(max(0.0, loop.time() - began - _BEAT_SECONDS))
                if self._workers.is_one_of_many and beat % _TOLD_EVERY_BEATS == 0:
                    await to_thread.run_sync(self._tell)
        finally:
            self._workers.end()

    def _tell(self) -> None:
        self._workers.tell(self._own())

    def _own(self) -> Iterator[Sample]:
        yield from self.traffic.samples()
        for kind, number in self._denials.totals.items():
            yield Sample("denied_total", number, (kind,))
        yield Sample("connections_open", self.connections.number)
        yield Sample("requests_waiting", self._waiting.taken)
        for name, desk in self._desks.items():
            yield Sample("desk_places", desk.places, (name,))
            yield Sample("desk_taken", desk.taken, (name,))
            yield Sample("desk_judged", desk.judged, (name,))
        yield Sample("loop_lag_seconds", max(self._lags))
        yield Sample("process_cpu_seconds_total", time.process_time())
        yield from _memory()
        yield Sample("process_start_timestamp_seconds", self._began_at)


def _memory() -> Iterator[Sample]:
    if sys.platform == "linux":
        with suppress(OSError):
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            yield Sample("process_resident_bytes", pages * os.sysconf("SC_PAGE_SIZE"))
