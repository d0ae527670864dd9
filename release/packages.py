"""The wheel and the source, built so that the same commit gives the same bytes."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from release.locked import ROOT

DASHBOARD = Path("director", "static", "index.html")


class NotReleasableError(Exception):
    """What stands here can't go out; the text says why and what to do."""


def version_here() -> str:
    """Give the version that the source says it is."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def commit_time() -> int:
    """Give the time of the commit that stands here, in seconds since 1970."""
    command = ["git", "log", "-1", "--format=%ct"]
    return int(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def require_committed(root: Path = ROOT) -> None:
    """Refuse what differs from its commit: nobody could build it again.

    Raises:
        NotReleasableError: A file was changed, added or removed.
    """
    command = ["git", "status", "--porcelain"]
    changed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout.splitlines()
    if changed:
        raise NotReleasableError(
            f"What stands here differs from its last commit, first in {changed[0][3:]}: nobody could build it again. "
            "Commit that, or put it away."
        )


def build_packages(into: Path, moment: int) -> tuple[Path, Path]:
    """Build the source, and the wheel from it; gives wheel and source. As ``build_wheel``."""
    _build(into, moment)
    (wheel,), (source,) = into.glob("*.whl"), into.glob("*.tar.gz")
    return wheel, source


def build_wheel(into: Path, moment: int) -> Path:
    """Build the wheel alone.

    The time of everything in it is the moment, so that two builds of one commit are the same bytes. Source of the
    convention: https://reproducible-builds.org/specs/source-date-epoch/.

    Args:
        into: An existing folder.
        moment: Seconds since 1970.

    Raises:
        NotReleasableError: There is no dashboard to put in.
    """
    _build(into, moment, "--wheel")
    (wheel,) = into.glob("fl_director-*.whl")
    return wheel


def _build(into: Path, moment: int, *options: str) -> None:
    if not (ROOT / DASHBOARD).is_file():
        raise NotReleasableError("There is no dashboard to put in. With Node 20 or newer: make dashboard")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", *options, "--outdir", str(into), str(ROOT)],
        env={**os.environ, "SOURCE_DATE_EPOCH": str(moment)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
