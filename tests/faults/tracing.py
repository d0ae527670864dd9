"""The system calls of a running process, watched or made to fail, by strace."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_CALL = re.compile(r"^\d+ +(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+|\?)")
_UNFINISHED = re.compile(r"^(?P<pid>\d+) +(?P<name>\w+)\((?P<arguments>.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"^(?P<pid>\d+) +<\.\.\. \w+ resumed>(?P<rest>.*)$")


def require_strace() -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not here: apt-get install strace; tests of system calls are left out")


@contextmanager
def traced(pid: int, output: Path, *options: str) -> Iterator[None]:
    """Follow a process and its threads while the block runs."""
    tracer = subprocess.Popen(
        ["strace", "-f", "-y", "-s", "64", "-p", str(pid), "-o", str(output), *options],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert tracer.stderr is not None
    said = tracer.stderr.readline()
    if "attached" not in said:
        pytest.skip(f"strace may not follow a process here: {said.strip()}")
    tasks = len(list(Path(f"/proc/{pid}/task").iterdir()))
    until = time.monotonic() + 10
    while time.monotonic() < until and _followed(pid) < tasks:
        time.sleep(0.005)
    try:
        yield
    finally:
        tracer.terminate()
        tracer.communicate(timeout=20)


def calls(output: Path) -> list[tuple[str, str]]:
    """Give name and arguments of each call that succeeded, in the order in which they ended."""
    found, begun = [], {}
    for line in output.read_text(errors="replace").splitlines():
        if unfinished := _UNFINISHED.match(line):
            begun[unfinished["pid"]] = f"{unfinished['pid']} {unfinished['name']}({unfinished['arguments']}"
            continue
        if resumed := _RESUMED.match(line):
            line = begun.pop(resumed["pid"], "") + resumed["rest"]
        call = _CALL.match(line)
        if call and not call["result"].startswith("-"):
            found.append((call["name"], call["arguments"]))
    return found


def _followed(pid: int) -> int:
    """Count the threads that a tracer follows already."""
    statuses = (task / "status" for task in Path(f"/proc/{pid}/task").iterdir())
    return sum("TracerPid:\t0\n" not in status.read_text() for status in statuses)
