"""One tracker at a time."""

import subprocess
import sys
from pathlib import Path

import pytest

from director.errors import StorageError, TrackerError
from director.tracking import turns
from director.tracking.turns import turn

HOLD = """
import sys, pathlib
from director.tracking.turns import turn
with turn(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_whoever_comes_second_waits_and_one_that_was_killed_keeps_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.3)
    path = tmp_path / "tracking.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(TrackerError, match="Another tracker"), turn(path):
            pytest.fail("two at once")
        other.kill()
    with turn(path):
        pass
    with turn(path):
        pass


def test_a_folder_that_is_not_there_is_said(tmp_path: Path):
    with pytest.raises(StorageError), turn(tmp_path / "nowhere" / "tracking.lock"):
        pytest.fail("no file")
