"""The admin's commands on the folder of a federation that serves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from director.cli import app, program
from tests.federation_simulator import FederationSimulator

Run = Callable[..., Result]


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is not there yet, and that the commands work on."""
    folder = tmp_path / "director"
    monkeypatch.setenv("DIRECTOR_DATA_DIR", str(folder))
    for console in (program.out, program.err):  # wide, whatever terminal the tests run in
        monkeypatch.setattr(console, "_width", 300)
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def run(empty: Path) -> Run:
    """Run a command as ``fl-director`` would."""

    def invoke(*arguments: Any) -> Result:
        return CliRunner().invoke(app, [str(each) for each in arguments])

    return invoke


@pytest.fixture
def served(run: Run, federation: FederationSimulator) -> Run:
    """Run a command on the federation of the fixture of this name, which serves meanwhile."""
    return run
