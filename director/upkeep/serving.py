"""One ``serve`` of a data folder at a time: the operating system's own lock on a file, which ends with whoever held it.

Two would each move the rounds on and look after the files, unknown to each other. Workers of one are its own, and
commands beside it take no lock.
"""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from contract.file_lock import locks
from contract.moments import shown_moment
from director.errors import StorageError, UsageError
from director.records.files import storage_faults_named

LOCK = "serving.lock"
_NOTE_AT = 1
"""The first byte is the one that is locked, and what is locked can't be read on every system."""


@dataclass(frozen=True)
class Holder:
    """The process that has a data folder, by what it noted.

    Args:
        pid: Its number; None: it noted nothing that can be read.
        url: Where it serves; "": it does not, or is of a version that did not note it.
        who: Its number, its machine where that is another one, and since when, in words.
    """

    pid: int | None
    url: str
    who: str


@contextmanager
def serving_alone(folder: Path, now: datetime, url: str = "") -> Iterator[None]:
    """Be the one process that serves a data folder, or changes its schema, while the block runs.

    Args:
        folder: The data folder.
        now: The time.
        url: Where it will serve; "": it only changes the schema.

    Raises:
        UsageError: Another one serves it; the sentence says which process, and since when.
        StorageError: The disk does not give the file, or the lock.
    """
    with storage_faults_named():
        file = (folder / LOCK).open("a+b")
    with file:
        if not _is_ours(file):
            raise UsageError(
                f"This data folder is served already: by {_holder(file).who}.",
                hint="Stop that one first; commands work beside it. For more processes: serve --workers.",
            )
        with storage_faults_named():
            file.truncate(_NOTE_AT)
            note = {"pid": os.getpid(), "host": socket.gethostname(), "since": now.isoformat(), "url": url}
            file.write(json.dumps(note).encode())
            file.flush()
        yield


def holder_of(folder: Path) -> Holder | None:
    """Give the process that has a data folder now; None: none does. Leaves the folder as it is.

    Raises:
        StorageError: As ``serving_alone``.
    """
    try:
        file = (folder / LOCK).open("rb+")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(
            f"{folder / LOCK} can't be opened: {error.strerror}.", hint="Look at its rights and its owner."
        ) from error
    with file:
        return None if _is_ours(file) else _holder(file)


def _is_ours(file: IO[bytes]) -> bool:
    try:
        return locks(file)
    except OSError as error:  # a network's file system without locks: SQLite can't be sure of it either
        raise StorageError(
            f"The data folder's file system locks no files: {error.strerror}.",
            hint="Put the data folder on a disk of this machine.",
        ) from error


def _holder(file: IO[bytes]) -> Holder:
    """Name who has it, by what it noted; it may be about to."""
    try:
        file.seek(_NOTE_AT)
        noted = json.loads(file.read())
        pid, host, since = int(noted["pid"]), str(noted["host"]), datetime.fromisoformat(noted["since"])
        url = str(noted.get("url", ""))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Holder(None, "", "another process")
    is_elsewhere = host != socket.gethostname()
    where = f" on {host}" if is_elsewhere else ""
    return Holder(None if is_elsewhere else pid, url, f"process {pid}{where}, since {shown_moment(since)}")
