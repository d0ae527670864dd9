"""The logs: text, one JSON object a line. Never a token, never an input of an inference, never a patient's value."""

import json
import logging
import logging.handlers
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from contract.file_lock import locks
from contract.names import EnvoyName
from director.errors import DamagedArtifactError, StorageError
from director.records.blobs import BlobStore
from director.records.events import Told, UnreadEvent
from director.records.files import storage_faults_named
from director.records.line_log import stamp
from director.submissions.events import UploadAdmitted

DIRECTOR_LOG = "director.log"
TRAINING = "training"
_TURNING = "turning.lock"

_log = logging.getLogger(__name__)


class JsonLines(logging.Formatter):
    """One JSON object a line; JSON's escapes keep control characters from forging a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Turn a record into its line."""
        line: dict[str, object] = {
            "at": stamp(datetime.fromtimestamp(record.created, UTC)),
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
        handler = logging.handlers.WatchedFileHandler(folder / DIRECTOR_LOG, encoding="utf-8")
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("director")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()


class EventLog:
    """Writes a line of ``director.log`` for each event, whichever process it happened in.

    Args:
        folder: The folder of the logs.
    """

    name = "log"

    def __init__(self, folder: Path) -> None:
        self._path = folder / DIRECTOR_LOG

    def read(self, session: Session, told: Sequence[Told]) -> int:
        """Write their lines; raises StorageError where the disk takes none."""
        _append(self._path, "".join(_line(each) + "\n" for each in told).encode())
        return told[-1].seq


class TrainingLogs:
    """Appends each admitted version's training log to its hospital's, under a line that names the version.

    Args:
        folder: The folder of the logs.
        blobs: The files.
    """

    name = "training_logs"

    def __init__(self, folder: Path, blobs: BlobStore) -> None:
        self._folder = folder
        self._blobs = blobs

    def read(self, session: Session, told: Sequence[Told]) -> int:
        """Append those of the uploads that were admitted, up to the first that the disk does not take.

        Raises:
            StorageError: The disk does not take the first one.
        """
        place = told[0].seq - 1
        for each in told:
            try:
                if isinstance(each.event, UploadAdmitted):
                    self._append(each, each.event)
            except DamagedArtifactError as error:  # it will not be whole later: fsck says more
                _log.error("training_log.damaged", extra={"facts": {"why": error.sentence}})
            except StorageError as error:
                if place < told[0].seq:
                    raise
                _log.error("training_log.failed", extra={"facts": {"why": error.sentence}})
                break
            place = each.seq
        return place

    def _append(self, told: Told, event: UploadAdmitted) -> None:
        heading = {
            "event": "admitted",
            "at": told.at,
            "task": event.task,
            "version": event.version,
            "submission": event.submission,
        }
        log = self._blobs.read(event.files["log"]) if "log" in event.files else b""
        body = log if not log or log.endswith(b"\n") else log + b"\n"
        _append(training_log_of(self._folder, event.envoy), json.dumps(heading, default=str).encode() + b"\n" + body)


def bound_logs(folder: Path, max_bytes: int) -> None:
    """Set each log aside that is larger, as ``….1`` in the place of the one before; whoever writes begins it anew.

    Args:
        folder: The folder of the logs.
        max_bytes: How large one may be.
    """
    with storage_faults_named():
        if not any(_larger_than(folder, max_bytes)):
            return
        with turning(folder) as is_ours:
            for path in list(_larger_than(folder, max_bytes)) if is_ours else ():
                set_aside(path)


@contextmanager
def turning(folder: Path) -> Iterator[bool]:
    """Tell whether the logs are this process's to set aside while the block runs: of several one does it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _TURNING).open("ab") as lock:  # it ends with the file
        yield locks(lock)


def set_aside(path: Path) -> None:
    """Put a log into the place of the older one; raises OSError."""
    path.replace(path.with_name(f"{path.name}.1"))


def logs_in(folder: Path) -> list[Path]:
    """Give the logs that are written to."""
    return [*sorted(folder.glob("*.log")), *sorted(training_logs_in(folder).glob("*.log"))]


def _larger_than(folder: Path, max_bytes: int) -> Iterator[Path]:
    for path in logs_in(folder):
        with suppress(FileNotFoundError):  # somebody rotates it at this moment
            if path.stat().st_size > max_bytes:
                yield path


def training_log_of(folder: Path, envoy: EnvoyName) -> Path:
    """Say where a hospital's training logs are, in the folder of the logs."""
    return training_logs_in(folder) / f"{envoy}.log"


def training_logs_in(folder: Path) -> Path:
    """Say where hospitals' training logs are, in the folder of the logs."""
    return folder / TRAINING


def _line(told: Told) -> str:
    event = told.event
    if isinstance(event, UnreadEvent):
        act, about = event.name, {**event.said, "subject": event.of}
    else:
        act, about = event.act, event.model_dump(mode="json")
    line: dict[str, object] = {
        "at": stamp(told.at),
        "level": logging.getLevelName(event.level).lower(),
        "logger": "director.acts",
        "event": act,
        "seq": told.seq,
        "actor": told.actor,
    }
    line |= {name: value for name, value in about.items() if name not in line}  # a fact may be called seq
    return json.dumps(line, default=str)


def _append(path: Path, lines: bytes) -> None:
    with storage_faults_named():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())  # before the place moves past them
