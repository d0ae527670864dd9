"""One long-lived program a home: the operating system's own lock on a file, which ends with whoever held it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contract.file_lock import locks
from envoy.errors import SettingsError
from envoy.operating_system import private_folder

_FILE, _COMMAND_FILE = "participate.lock", "command.lock"


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the lock of a home's long-lived program while the block runs.

    Raises:
        SettingsError: Another program holds it.
    """
    with _held(
        home / _FILE,
        f"Another fl-envoy participate runs with the home {home}.",
        "One is enough: look at it with fl-envoy status; or give another ENVOY_HOME.",
    ):
        yield


@contextmanager
def one_command(home: Path) -> Iterator[None]:
    """Hold the lock of the commands that join, train and send, while the block runs; participate may run beside them.

    Raises:
        SettingsError: Another of them runs.
    """
    with _held(
        home / _COMMAND_FILE,
        f"Another fl-envoy join, train or send runs with the home {home}.",
        "Wait until it has ended, then say it again; or give another ENVOY_HOME.",
    ):
        yield


@contextmanager
def _held(place: Path, sentence: str, hint: str) -> Iterator[None]:
    private_folder(place.parent)
    with place.open("ab") as file:
        if not locks(file):
            raise SettingsError(sentence, hint=hint)
        yield


def is_held(home: Path) -> bool:
    """Tell whether a program holds the lock of a home now."""
    try:
        with (home / _FILE).open("rb+") as file:
            return not locks(file)
    except FileNotFoundError:
        return False
