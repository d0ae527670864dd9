"""The tracker as a process beside a director that serves: started with it, started again, ended with it.

A process of its own: MLflow takes seconds to load and more memory than the director, and may stand still for minutes.
"""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

_log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "director", "track", "--beside-server")
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 5.0, 300.0
_STEADY_SECONDS = 60.0
_EXIT_USAGE = 2


@contextmanager
def tracking_beside(command: Sequence[str] = COMMAND) -> Iterator[None]:
    """Have the tracker run while the block does. What it says goes where this process's errors go."""
    child = _Child(command)
    child.start()
    try:
        yield
    finally:
        child.stop()


class _Child:
    """Starts the tracker, and again where it ended by itself; not where it could not be used at all."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._stopped = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="tracker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        with self._lock:
            if self._process is not None:
                self._process.kill()  # it holds nothing that could be lost
        self._thread.join()

    def _run(self) -> None:
        wait = _FIRST_WAIT_SECONDS
        while True:
            began = time.monotonic()
            try:
                process = self._started()
                code = process.wait() if process is not None else None
                why: Mapping[str, object] = {"code": code}
            except OSError as error:  # no memory or no process is left: there may be later
                code, why = None, {"why": str(error)}
            if self._stopped.is_set():
                return
            _log.error("tracking.ended", extra={"facts": why})
            if code == _EXIT_USAGE:
                return  # its settings or its packages must be mended first
            if time.monotonic() - began > _STEADY_SECONDS:
                wait = _FIRST_WAIT_SECONDS
            self._stopped.wait(wait)
            wait = min(2 * wait, _LONGEST_WAIT_SECONDS)

    def _started(self) -> subprocess.Popen[bytes] | None:
        """Start it; None: it was told to stop meanwhile."""
        with self._lock:
            if self._stopped.is_set():
                return None
            # its input is a pipe that ends with this process, however that ends: then it ends too;
            # a session of its own, for a Ctrl-C on the terminal is the server's
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, start_new_session=True)
            return self._process


def end_with_parent() -> None:
    """End this process, on a thread's word, as soon as whoever started it is gone; and let others go first."""
    if hasattr(os, "nice"):
        os.nice(10)
    threading.Thread(target=_wait_for_end, name="parent", daemon=True).start()


def _wait_for_end() -> None:
    sys.stdin.buffer.read()
    os._exit(0)
