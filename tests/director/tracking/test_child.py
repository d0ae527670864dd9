"""The tracker's process beside a server: started, started again, ended."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from director.tracking import child
from director.tracking.child import tracking_beside
from tests.federation_simulator import eventually

SAY_AND = "import sys, pathlib; pathlib.Path(sys.argv[1]).open('a').write('x'); "


def begun(path: Path) -> int:
    return len(path.read_text()) if path.exists() else 0


def command(then: str, path: Path) -> tuple[str, ...]:
    return (sys.executable, "-c", SAY_AND + then, str(path))


def test_it_runs_while_the_block_does(tmp_path: Path):
    path = tmp_path / "said"
    began = time.monotonic()
    with tracking_beside(command("sys.stdin.read()", path)):
        eventually(lambda: begun(path) == 1, seconds=20)
    assert time.monotonic() - began < 20
    assert begun(path) == 1


def test_one_that_ended_by_itself_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(child, "_FIRST_WAIT_SECONDS", 0.05)
    path = tmp_path / "said"
    with tracking_beside(command("sys.exit(5)", path)):
        eventually(lambda: begun(path) >= 3, seconds=30)


def test_one_that_can_not_be_used_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(child, "_FIRST_WAIT_SECONDS", 0.05)
    path = tmp_path / "said"
    with tracking_beside(command("sys.exit(2)", path)):
        eventually(lambda: begun(path) == 1, seconds=20)
        time.sleep(1)
    assert begun(path) == 1


def test_one_that_ran_steadily_is_started_again_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(child, "_FIRST_WAIT_SECONDS", 0.05)
    monkeypatch.setattr(child, "_LONGEST_WAIT_SECONDS", 600)
    monkeypatch.setattr(child, "_STEADY_SECONDS", 0)
    path = tmp_path / "said"
    with tracking_beside(command("sys.exit(5)", path)):
        eventually(lambda: begun(path) >= 15, seconds=30)  # with waits that double this would take ten minutes


def test_one_that_can_not_be_started_now_may_be_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(child, "_FIRST_WAIT_SECONDS", 0.05)
    program = tmp_path / "program"
    with tracking_beside((str(program), str(tmp_path / "said"))):
        time.sleep(0.3)
        program.write_text('#!/bin/sh\nprintf x > "$1"\n')
        program.chmod(0o755)
        eventually(lambda: begun(tmp_path / "said") == 1, seconds=20)


def test_a_signal_to_all_that_runs_on_the_terminal_does_not_reach_it(tmp_path: Path):
    path = tmp_path / "said"
    say = "import os; pathlib.Path(sys.argv[1] + '.session').write_text(str(os.getsid(0))); sys.stdin.read()"
    with tracking_beside(command(say, path)):
        session = Path(f"{path}.session")
        eventually(lambda: session.exists() and bool(session.read_text()), seconds=20)
    assert int(session.read_text()) != os.getsid(0)


def test_it_ends_when_whoever_started_it_is_gone():
    wait = "import time; from director.tracking.child import end_with_parent; end_with_parent(); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", wait], stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0
