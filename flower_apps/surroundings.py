"""Flower's own programs: where they lie, and in which surroundings they run, so that none reports to its maker."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

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


def program(name: str) -> str:
    """Give the path of a program of Flower's: it lies beside this Python."""
    return str(Path(sys.executable).with_name(name + (".exe" if sys.platform == "win32" else "")))
