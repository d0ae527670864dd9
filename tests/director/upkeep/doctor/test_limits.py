"""How many files a worker may open."""

import os
import resource
import subprocess
import sys

import pytest

from director.upkeep.doctor.limits import limit_findings, open_files_allowed


@pytest.mark.parametrize(
    ("allowed", "state"),
    [(None, "ok"), (1024, "bad"), (1127, "bad"), (1128, "warn"), (5223, "warn"), (5224, "ok"), (65536, "ok")],
)
def test_connections_and_those_who_wait_must_fit(allowed: int | None, state: str) -> None:
    (found,) = limit_findings(allowed, 1000, 4096)
    assert (found.state, "LimitNOFILE" in found.hint) == (state, state != "ok"), found


def test_of_a_process_its_own_limit_is_read_and_else_this_ones() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert open_files_allowed(None) == open_files_allowed(os.getpid()) == hard
    assert open_files_allowed(2**30) == hard
    narrow = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (200, 321)); print('set', flush=True); input()"
    )
    with subprocess.Popen([sys.executable, "-c", narrow], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"set\n"
        assert open_files_allowed(process.pid) == 321
        process.communicate(b"\n")
