"""The one room for what differs between Windows and the others: how files last, who reads them, how a program is ended.

Only the lock on a file stands elsewhere, in ``contract.file_lock``, since the director needs it too. Knows no content.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

IS_WINDOWS = sys.platform == "win32"

_AS_BYTES = getattr(os, "O_BINARY", 0)  # without it Windows writes a line end as two bytes, in a model too
_REPLACES = 20 if IS_WINDOWS else 1
_BETWEEN_REPLACES_SECONDS = 0.1


def private_folder(folder: Path) -> None:
    """Make a folder, and those above it, for its owner alone; on Windows with the rights of the one above it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def open_private(path: Path, flags: int) -> int:
    """Open a file as ``os.open`` does, for bytes; where it is made now, for its owner alone.

    On Windows who can read it is inherited from its folder: below a person's profile that person, the system and the
    machine's administrators.
    """
    return os.open(path, flags | _AS_BYTES, 0o600)


def keep_private(path: Path) -> None:
    """Let a file that may have come from elsewhere be read by its owner alone, where a mode says so."""
    if not IS_WINDOWS:
        path.chmod(0o600)


def who_can_read(path: Path) -> str:
    """Say who can read a file that ``open_private`` made, as far as that is known here."""
    if IS_WINDOWS:
        return f"for those who can read its folder, {path.parent}"
    return "readable by you alone"


@dataclass(frozen=True)
class Rights:
    """Who may do what with a file or a folder.

    Args:
        mode: As ``stat`` gives it.
        owner: The name of the account that it belongs to; its number where it has none.
    """

    mode: int
    owner: str


def rights_of(path: Path) -> Rights | None:
    """Look who may do what; None: that can't be told by a mode here, as on Windows.

    Raises:
        OSError: Nothing is there, or it can't be looked at.
    """
    if sys.platform == "win32":
        return None
    found = path.stat()
    try:
        return Rights(found.st_mode, path.owner())
    except KeyError:
        return Rights(found.st_mode, str(found.st_uid))


def make_names_last(folder: Path) -> None:
    """Let the names in a folder outlast a power cut; Windows does so by itself, and knows no such call."""
    if not IS_WINDOWS:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def put_in_place(arriving: Path, path: Path, *, tries: int = _REPLACES) -> None:
    """Put a file in the place of the one before, at once.

    On Windows nothing can take the place of a file that somebody has open, and a virus scanner opens what was just
    written: there it is tried again for two seconds.

    Raises:
        OSError: It can't be.
    """
    while True:
        tries -= 1
        try:
            arriving.replace(path)
        except PermissionError:
            if not tries:
                raise
            time.sleep(_BETWEEN_REPLACES_SECONDS)
        else:
            return


def when_told_to_stop(stop: Callable[[int, object], None]) -> None:
    """Have ``stop`` called where a service manager ends the program: SIGTERM; on Windows Ctrl-Break."""
    if sys.platform == "win32":
        signal.signal(signal.SIGBREAK, stop)
    else:
        signal.signal(signal.SIGTERM, stop)
