"""One long-lived program a home: the operating system's own lock on a file, which ends with whoever held it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from envoy.errors import SettingsError

if sys.platform == "win32":
    import msvcrt

    def _locks(file: IO[bytes]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _locks(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


_FILE = "participate.lock"


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the lock of a home while the block runs.

    Raises:
        SettingsError: Another program holds it.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / _FILE).open("ab") as file:
        if not _locks(file):
            raise SettingsError(
                f"Another fl-envoy participate runs with the home {home}.",
                hint="One is enough: look at it with fl-envoy status; or give another ENVOY_HOME.",
            )
        yield


def is_held(home: Path) -> bool:
    """Tell whether a program holds the lock of a home now."""
    try:
        with (home / _FILE).open("rb+") as file:
            return not _locks(file)
    except FileNotFoundError:
        return False
