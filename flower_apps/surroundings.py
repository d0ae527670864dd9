"""Flower's own programs: where they lie, and in which surroundings they run, so that none reports to its maker."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

_PARENT_DEATH_SIGNAL = 1
QUIET: Mapping[str, str] = {
    "FLWR_TELEMETRY_ENABLED": "0",
    "FLWR_DISABLE_UPDATE_CHECK": "1",
}


def surroundings(home: Path) -> dict[str, str]:
    """Give the environment of one of Flower's programs.

    Args:
        home: Its private folder: settings, unpacked apps, caches.
    """
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    return {**os.environ, **QUIET, "FLWR_HOME": str(home), "PATH": path}  # its programs start each other by name


def ends_with_its_parent() -> Callable[[], None] | None:
    """Give what a child calls before it begins, so that it ends where its parent is killed; None: not on this system.

    A SuperNode that outlived its node would stay signed in, and the SuperLink would refuse the one that follows.
    Source: prctl(2), PR_SET_PDEATHSIG.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl  # looked up here: between fork and exec little may be done
    return partial(prctl, _PARENT_DEATH_SIGNAL, signal.SIGTERM)


def program(name: str) -> str:
    """Give the path of a program of Flower's: it lies beside this Python."""
    return str(Path(sys.executable).with_name(name + (".exe" if sys.platform == "win32" else "")))
