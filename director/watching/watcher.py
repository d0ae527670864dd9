"""Looks by itself, a thread for each channel; of several workers one at a time, whichever holds the lock."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from contract.file_lock import locks
from director.records.files import storage_faults_named

_log = logging.getLogger(__name__)

LOOK_SECONDS = 30.0
_LEAVING_SECONDS = 1.0


class Watcher:
    """Calls ``look`` now and then, unless another process does.

    Args:
        lock: The file by which processes agree who does.
        look: What to do; what it raises is logged, and it is called again.
        seconds: How long to wait in between.
    """

    def __init__(self, lock: Path, look: Callable[[], None], seconds: float = LOOK_SECONDS) -> None:
        self._lock = lock
        self._look = look
        self._seconds = seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"watcher {lock.stem}", daemon=True)

    def start(self) -> None:
        """Begin, with a look at once."""
        self._thread.start()

    def stop(self) -> None:
        """End; a message that is being sent to a server which does not answer keeps nobody waiting."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(_LEAVING_SECONDS)

    def _run(self) -> None:
        held: IO[bytes] | None = None
        try:
            while not self._stop.is_set():
                try:
                    held = held or self._held()
                    if held is not None:
                        self._look()
                except Exception:  # it must outlive whatever it trips over: nobody else would say anything
                    if not self._stop.is_set():
                        _log.exception("watcher.failed")
                self._stop.wait(self._seconds)
        finally:
            if held is not None:
                held.close()

    def _held(self) -> IO[bytes] | None:
        """Take the lock; None: another process has it."""
        with storage_faults_named():
            file = self._lock.open("a+b")
        if locks(file):
            return file
        file.close()
        return None
