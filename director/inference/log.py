"""The log of questions: who asked which model when. Never an input of an inference."""

import logging
import os
import threading
import time
from datetime import datetime
from pathlib import Path

_log = logging.getLogger(__name__)


class InferenceLog:
    """Who asked which model when; never an input.

    Each line is one write to a file that is opened for appending, so that workers don't mix their lines and a killed
    process loses none. A file that was renamed or removed, as log rotation does, is opened anew within a second. While
    the disk takes no line, inferences are answered all the same: the next line that it takes is preceded by their
    number.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._looked = 0.0
        self._lost = 0
        self._lock = threading.Lock()

    def note(self, at: datetime, request_id: str, caller: str, rows: int, model_as_json: str) -> None:
        """Write one line."""
        stamp = at.isoformat(timespec="milliseconds")
        line = f'{{"at":"{stamp}","request_id":"{request_id}","caller":"{caller}","rows":{rows},{model_as_json}}}\n'
        with self._lock:
            if self._lost:  # the line before may have been cut
                line = f'\n{{"at":"{stamp}","lost_lines":{self._lost}}}\n{line}'
            self._lost = 0 if self._takes(line.encode()) else self._lost + 1

    def _takes(self, line: bytes) -> bool:
        """Write, and tell whether the disk took it."""
        try:
            descriptor = self._descriptor
            if descriptor is None or time.monotonic() - self._looked > 1:
                descriptor = self._followed()
            return os.write(descriptor, line) == len(line)
        except OSError:
            if not self._lost:
                _log.exception("inference_log.failed")
            return False

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _followed(self) -> int:
        """Give the descriptor of the file that has the name now."""
        self._looked = time.monotonic()
        if self._descriptor is not None and not self._has_moved(self._descriptor):
            return self._descriptor
        self.close()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        return self._descriptor

    def _has_moved(self, descriptor: int) -> bool:
        try:
            return self._path.stat().st_ino != os.fstat(descriptor).st_ino
        except FileNotFoundError:
            return True
