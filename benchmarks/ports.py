"""Ports of loopback for programs that are started, stopped and started again."""

import itertools
import os
import re
import socket
from collections.abc import Iterator

from benchmarks.http_client import HOST

# Below what every operating system hands out by itself (Linux from 32768, Windows and macOS from 49152): such a port is
# taken by no other's connection and by no server that asked for "any", also while the program that has it is stopped.
_FIRST, _BEYOND = 10_000, 32_000
_SLICES = 16
_EACH = (_BEYOND - _FIRST) // _SLICES


def _slice() -> Iterator[int]:
    """Go round the ports of this process; tests that run side by side have a slice each."""
    worker = re.fullmatch(r"gw(\d+)", os.environ.get("PYTEST_XDIST_WORKER", ""))
    ours = int(worker[1]) % (_SLICES - 1) + 1 if worker else 0
    begin = os.getpid() % _EACH
    return itertools.cycle(_FIRST + ours * _EACH + (begin + step) % _EACH for step in range(_EACH))


_ports = _slice()


def free_port() -> int:
    """Give a port of loopback on which nobody listens, and which this process gives again only after all others.

    Raises:
        OSError: None is free.
    """
    for port in itertools.islice(_ports, _EACH):
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue  # somebody has it
            return port
    raise OSError(f"all {_EACH} ports of this process are taken")
