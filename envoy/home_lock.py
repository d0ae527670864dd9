"""One long-lived program a home: the operating system's own lock on a file, which ends with whoever held it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contract.file_lock import locks
from envoy.errors import SettingsError
from envoy.operating_system import private_folder

_FILE = "participate.lock"


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the lock of a home while the block runs.

    Raises:
        SettingsError: Another program holds it.
    """
    private_folder(home)
    with (home / _FILE).open("ab") as file:
        if not locks(file):
            raise SettingsError(
                f"Another fl-envoy participate runs with the home {home}.",
                hint="One is enough: look at it with fl-envoy status; or give another ENVOY_HOME.",
            )
        yield


def is_held(home: Path) -> bool:
    """Tell whether a program holds the lock of a home now."""
    try:
        with (home / _FILE).open("rb+") as file:
            return not locks(file)
    except FileNotFoundError:
        return False
