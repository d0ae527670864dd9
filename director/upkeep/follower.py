"""Follows what others commit (a command, another worker), and writes notes of use, on a thread of its own."""

import logging
import threading
from collections.abc import Callable

from director.records.database import Database

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.02
_NOTE_EVERY_LOOKS = 250


class Follower:
    """Looks for commits.

    Args:
        database: Whose commits are followed.
        learn: Called after one; tells whether it learned all. What it could not learn is tried again.
        note: Called every few seconds.
    """

    def __init__(self, database: Database, *, learn: Callable[[], bool], note: Callable[[], None]) -> None:
        self._database = database
        self._learn = learn
        self._note = note
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the current look; one that never began has nothing to end."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        counter = self._database.change_counter()
        seen, looks = None, 0  # None: the first look learns, for somebody may have committed since the start
        while not self._stop.wait(_LOOK_SECONDS):
            looks += 1
            try:
                value = counter.value()
                if value != seen:
                    if self._learn():
                        seen = value
                    else:
                        self._stop.wait(1)
                if looks % _NOTE_EVERY_LOOKS == 0:
                    self._note()
            except Exception:  # the follower must outlive a database that is away for a moment; the log says so
                _log.exception("follower.failed")
                self._stop.wait(1)
        counter.close()
