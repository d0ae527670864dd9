"""A program's port stays its own while it is stopped: nobody is handed it, and no test beside this one takes it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.ports import free_port

_HANDED_OUT = Path("/proc/sys/net/ipv4/ip_local_port_range")


@pytest.mark.skipif(not _HANDED_OUT.exists(), reason="only Linux says there what it hands out")
def test_the_system_hands_nobody_such_a_port():
    assert free_port() < int(_HANDED_OUT.read_text().split()[0])


def test_no_port_is_given_twice_in_a_row_nor_one_that_somebody_has():
    first = free_port()
    with socket.create_server(("127.0.0.1", first + 1)):
        assert free_port() not in {first, first + 1}


def test_those_who_run_side_by_side_share_none():
    ours, theirs = (_ports_of(worker) for worker in ("gw0", "gw1"))
    assert len(ours) == len(theirs) > 1000
    assert not ours & theirs


def _ports_of(worker: str) -> set[int]:
    every = "from benchmarks import ports; print(*[next(ports._ports) for _ in range(ports._EACH)])"
    environment = {**os.environ, "PYTEST_XDIST_WORKER": worker}
    printed = subprocess.run([sys.executable, "-c", every], env=environment, capture_output=True, text=True, check=True)
    return set(map(int, printed.stdout.split()))
