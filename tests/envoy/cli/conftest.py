"""``fl-envoy`` in an empty folder."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from envoy.cli import app
from simulation.consortium import write_consortium
from tests.envoy.answering import answering
from tests.envoy.cli.joining import ISSUED, Run, join


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_consortium(tmp_path_factory.mktemp("tables"), hospitals=1, patients=30, seed=1)[0]


@pytest.fixture
def run(tmp_path: Path, tables: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command of an envoy that has not joined, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name, value in (("HOME", tmp_path / "home"), ("DATA", tables), ("ATTEMPTS", 0)):
        monkeypatch.setenv(f"ENVOY_{name}", str(value))
    monkeypatch.setenv("COLUMNS", "300")

    def invoke(*arguments: Any, given: str | bytes | None = None) -> Result:
        return CliRunner().invoke(app, [str(each) for each in arguments], input=given)

    return invoke


@pytest.fixture
def away(run: Run) -> Run:
    """The same, joined to a director that answers no more."""
    with answering((201, ISSUED)) as director:
        assert join(run, director.url).exit_code == 0
    return run
