"""A command that is forked is a process like any other: it says the same, ends the same, and is really killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.ports import free_port
from tests.real_processes import clean_environment
from tests.warm_processes import WarmProcess, run_warm

MODULES = {"fl-director": "director", "fl-envoy": "envoy"}
COMMANDS = [
    ("fl-director", "--version"),
    ("fl-director", "envoy", "list", "--data-dir", "nowhere"),
    ("fl-director", "token", "issue", "--role", "nobody", "--json"),
    ("fl-envoy", "status"),
    ("fl-envoy", "renew"),
    ("fl-envoy", "no-such-command"),
]


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    return {**clean_environment(), "ENVOY_HOME": str(tmp_path / "home"), "NO_COLOR": "1", "COLUMNS": "200"}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_it_says_and_ends_as_one_that_begins_from_nothing(
    command: tuple[str, ...], surroundings: dict[str, str], tmp_path: Path
) -> None:
    program, *arguments = command
    forked = run_warm(program, arguments, environment=surroundings, folder=tmp_path, given="fld_typed\n")
    real = subprocess.run(
        [sys.executable, "-m", MODULES[program], *arguments],
        input="fld_typed\n",
        env={**surroundings, "PYTHONPATH": str(Path(__file__).parents[1])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    def named(text: str) -> str:
        """Usage names the program as it was called: by its name, or by Python."""
        return text.replace(f"python -m {MODULES[program]}", program)

    assert (forked.returncode, forked.stdout, forked.stderr) == (
        real.returncode, named(real.stdout), named(real.stderr),
    )  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_when_it_is_told_and_leaves_no_process(
    number: signal.Signals, surroundings: dict[str, str], tmp_path: Path
) -> None:
    folder = {"DIRECTOR_DATA_DIR": str(tmp_path / "director")}
    serve = ("serve", "--new", "--port", str(free_port()))
    process = WarmProcess("fl-director", serve, environment={**surroundings, **folder}, folder=tmp_path)
    while b"Serving" not in process.stderr.readline():
        assert process.poll() is None
    assert process.pid != os.getpid()
    process.send_signal(number)
    assert process.wait(20) == -number
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)
