"""A log of lines that a person may rotate and that many processes write; what a line says is its writer's to know."""

import logging
import os
import threading
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

_log = logging.getLogger(__name__)


class LineLog:
    """Writes lines at the end of a file.

    What is written at once is one write to a file that is opened for appending, so that workers don't mix their lines
    and a killed process loses none. A file that was renamed or removed, as log rotation does, is opened anew within a
    second. While the disk takes no line, whoever writes goes on all the same: the next line that it takes is preceded
    by the number of those it did not.

    Args:
        path: The file.
        max_bytes: Past so many the file becomes ``NAME.1``, in the place of the one before; None: it grows, and is
            whoever's to rotate.
    """

    def __init__(self, path: Path, max_bytes: int | None = None) -> None:
        self.path = path
        self._max_bytes = max_bytes
        self._descriptor: int | None = None
        self._looked = 0.0
        self._lost = 0
        self._lock = threading.Lock()

    def write(self, at: datetime, lines: str, number: int = 1) -> None:
        """Write lines.

        Args:
            at: When.
            lines: JSON objects, each with a newline at its end.
            number: How many they are.
        """
        with self._lock:
            if self._lost:  # the line before may have been cut
                lines = f'\n{{"at":"{stamp(at)}","lost_lines":{self._lost}}}\n{lines}'
            self._lost = 0 if self._takes(lines.encode()) else self._lost + number

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _takes(self, lines: bytes) -> bool:
        """Write, and tell whether the disk took it."""
        try:
            descriptor = self._descriptor
            if descriptor is None or time.monotonic() - self._looked > 1:
                descriptor = self._followed()
            return os.write(descriptor, lines) == len(lines)
        except OSError:
            if not self._lost:
                _log.exception("line_log.failed", extra={"facts": {"file": self.path.name}})
            return False

    def _followed(self) -> int:
        """Give the descriptor of the file that has the name now."""
        self._looked = time.monotonic()
        self._turn_over()
        if self._descriptor is not None and not self._has_moved(self._descriptor):
            return self._descriptor
        self.close()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        return self._descriptor

    def _turn_over(self) -> None:
        """Put a file that is long enough into the place of the older one."""
        if self._max_bytes is not None:
            with suppress(FileNotFoundError):  # another worker was first, or nothing was written yet
                if self.path.stat().st_size > self._max_bytes:
                    self.path.replace(self.path.with_name(f"{self.path.name}.1"))

    def _has_moved(self, descriptor: int) -> bool:
        try:
            return self.path.stat().st_ino != os.fstat(descriptor).st_ino
        except FileNotFoundError:
            return True


def stamp(at: datetime) -> str:
    """Write a moment as every log has it."""
    return at.isoformat(timespec="milliseconds")
