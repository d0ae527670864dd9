"""The logs: text, one JSON object a line. Never a token, never an input of an inference, never a patient's value."""

import json
import logging
import logging.handlers
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from contract.names import EnvoyName
from director.records.files import storage_faults_named

_log = logging.getLogger(__name__)


class JsonLines(logging.Formatter):
    """One JSON object a line; JSON's escapes keep control characters from forging a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Turn a record into its line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line.update(getattr(record, "facts", {}))
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


@contextmanager
def logging_to(folder: Path) -> Iterator[None]:
    """Send this program's log to ``director.log`` while the block runs."""
    with storage_faults_named():
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.WatchedFileHandler(folder / "director.log", encoding="utf-8")
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("director")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()


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


def append_training_log(folder: Path, envoy: EnvoyName, heading: Mapping[str, object], log: bytes) -> None:
    """Append an admitted version's training log to its hospital's, under a line that names the version."""
    path = folder / "training" / f"{envoy}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    body = log if not log or log.endswith(b"\n") else log + b"\n"
    with path.open("ab", buffering=0) as file:
        file.write(json.dumps(heading, default=str).encode() + b"\n" + body)
