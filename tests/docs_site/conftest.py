"""The site, built once as `make docs` builds it, whoever of several workers comes first."""

import fcntl
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def command_of_make(site: Path, kept: Path) -> list[str]:
    """Give the command with which `make docs` builds, into other folders."""
    _, _, recipe = (ROOT / "Makefile").read_text("utf-8").partition("\ndocs: ")
    (line,) = (each.strip() for each in recipe.split("\n\n")[0].splitlines() if " -m sphinx " in each)
    stands_for = {"$(BIN)/python": sys.executable, "$(SITE)": str(site), "build/doctrees": str(kept)}
    return [stands_for.get(word, word) for word in shlex.split(line)]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    site = folder / "site"
    with (folder / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (site / "index.html").exists():  # it is written last
            command = command_of_make(site, folder / "doctrees")
            built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
            assert (built.returncode, built.stdout, built.stderr) == (0, "", "")
    return site
