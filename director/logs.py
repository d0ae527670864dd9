"""The logs: text, one JSON object a line. Never a token, never an input of an inference, never a patient's value."""

import json
import logging
import logging.handlers
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from contract.names import EnvoyName


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


class AppendedFile:
    """A log that many writers append to: each line is one write to a file opened for appending.

    No buffer of ours: a killed process loses no line that it wrote.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)

    def append(self, lines: bytes) -> None:
        """Append whole lines."""
        os.write(self._descriptor, lines)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)


def append_training_log(folder: Path, envoy: EnvoyName, heading: dict[str, object], log: bytes) -> None:
    """Append an admitted version's training log to its hospital's, under a line that names the version."""
    file = AppendedFile(folder / "training" / f"{envoy}.log")
    try:
        body = log if not log or log.endswith(b"\n") else log + b"\n"
        file.append(json.dumps(heading, default=str).encode() + b"\n" + body)
    finally:
        file.close()
