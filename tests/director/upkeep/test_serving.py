"""One ``serve`` of a data folder at a time."""

import errno
import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from director.errors import StorageError, UsageError
from director.upkeep import serving
from director.upkeep.serving import LOCK, Holder, holder_of, serving_alone

NOW = datetime(2026, 11, 26, 18, 35, tzinfo=UTC)
HOLDS = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from director.upkeep.serving import serving_alone

with serving_alone(Path(sys.argv[1]), datetime(2026, 11, 26, 18, 35, tzinfo=UTC)):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_one_is_told_who_has_it_and_since_when(tmp_path: Path) -> None:
    told = rf"process {os.getpid()}, since 2026-11-26 18:35 UTC\."
    with serving_alone(tmp_path, NOW), pytest.raises(UsageError, match=told), serving_alone(tmp_path, NOW):
        pytest.fail("two serve one folder")
    with serving_alone(tmp_path, NOW):
        pass


def test_what_a_killed_one_left_is_no_obstacle(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(UsageError, match=f"process {holder.pid},"), serving_alone(tmp_path, NOW):
        pytest.fail("two serve one folder")
    holder.send_signal(signal.SIGKILL)
    holder.communicate()
    assert str(holder.pid) in (tmp_path / LOCK).read_text()
    with serving_alone(tmp_path, NOW):
        assert str(holder.pid) not in (tmp_path / LOCK).read_text()


@pytest.mark.parametrize("noted", ["", "\0", "\0{", '\0{"pid": "x"}', "\0[]"])
def test_one_that_has_not_noted_itself_yet_refuses_all_the_same(noted: str, tmp_path: Path) -> None:
    with serving_alone(tmp_path, NOW):
        (tmp_path / LOCK).write_text(noted)
        with pytest.raises(UsageError, match="by another process"), serving_alone(tmp_path, NOW):
            pytest.fail("two serve one folder")


def test_another_machine_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving_alone(tmp_path, NOW):
        monkeypatch.setattr(socket, "gethostname", lambda: "elsewhere")
        with pytest.raises(UsageError, match=rf"process {os.getpid()} on "), serving_alone(tmp_path, NOW):
            pytest.fail("two serve one folder")


def test_a_file_system_without_locks_and_a_folder_that_takes_no_file_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StorageError), serving_alone(tmp_path / "nowhere", NOW):
        pytest.fail("there is no folder")

    def locks(file: object) -> bool:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(serving, "locks", locks)  # no such file system is here
    with pytest.raises(StorageError, match="locks no files: No locks available"), serving_alone(tmp_path, NOW):
        pytest.fail("there is no lock")


def test_who_has_a_folder_and_where_it_serves_is_known_without_taking_it(tmp_path: Path) -> None:
    assert (holder_of(tmp_path), list(tmp_path.iterdir())) == (None, [])
    with serving_alone(tmp_path, NOW, "http://127.0.0.1:8080"):
        told = f"process {os.getpid()}, since 2026-11-26 18:35 UTC"
        assert holder_of(tmp_path) == Holder(os.getpid(), "http://127.0.0.1:8080", told)
        (tmp_path / LOCK).write_text('\0{"pid": 7, "host": "h", "since": "2026-11-26T18:35:00+00:00"}')
        assert holder_of(tmp_path) == Holder(None, "", "process 7 on h, since 2026-11-26 18:35 UTC")
    assert holder_of(tmp_path) is None
    with serving_alone(tmp_path, NOW):
        pass
    (tmp_path / LOCK).unlink()
    (tmp_path / LOCK).mkdir()
    with pytest.raises(StorageError, match="can't be opened: Is a directory"):
        holder_of(tmp_path)
