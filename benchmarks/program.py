"""Programs as processes of their own: started, waited for, asked what they used, ended by their id, always."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.http_client import Request, ask
from benchmarks.ports import free_port

_ROOT = Path(__file__).resolve().parent.parent
_LOOK_SECONDS = 0.005
_MEBIBYTE = 2**20


class ProgramFailed(Exception):
    """A program ended or did not answer; the message ends with what it said."""


def environment(data_dir: Path) -> Mapping[str, str]:
    """Give our environment with no setting of a director but its data folder."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("DIRECTOR_")}
    paths = [str(_ROOT), *filter(None, [own.get("PYTHONPATH")])]
    return {**own, "DIRECTOR_DATA_DIR": str(data_dir), "PYTHONPATH": os.pathsep.join(paths)}


def run(module: str, arguments: Sequence[str], folder: Path, *, seconds: float = 120) -> str:
    """Run ``python -m module`` to its end in a folder; gives what it printed.

    Raises:
        ProgramFailed: It failed.
    """
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode != 0:
        raise ProgramFailed(f"{' '.join([module, *arguments[:1]])} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


class Program:
    """A server that runs."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, seconds_to_ready: float) -> None:
        self._process = process
        self.port = port
        self.seconds_to_ready = seconds_to_ready

    def processor_seconds(self) -> float:
        """Give the time that all its threads have had a processor so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mebibytes(self) -> float:
        """Give its resident memory."""
        return memory_of(self._process.pid, "VmRSS") / _MEBIBYTE


def memory_of(process: int | str, field: str) -> int:
    """Give a number of bytes from a process's status: ``VmRSS`` now, ``VmHWM`` at its most."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    raise LookupError(field)


@contextmanager
def serving(module: str, arguments: Sequence[str], folder: Path) -> Iterator[Program]:
    """Start ``python -m module … --port N``, wait until it is ready, and end it in any case.

    Raises:
        ProgramFailed: It ended, or was not ready in time.
    """
    port = free_port()
    command = [sys.executable, "-m", module, *arguments, "--port", str(port)]
    with (folder / "server.err").open("w+b") as errors:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment(folder), stdout=subprocess.DEVNULL, stderr=errors
        )
        try:
            if not _becomes_ready(process, port):
                errors.seek(0)
                said = errors.read()[-2000:].decode(errors="replace")
                raise ProgramFailed(f"{module} is not ready, exit code {process.poll()}: {said}")
            yield Program(process, port, time.perf_counter() - began)
        finally:
            _end(process)


def _becomes_ready(process: subprocess.Popen[bytes], port: int, *, seconds: float = 30) -> bool:
    ready = Request("GET", "/health/ready")
    until = time.perf_counter() + seconds
    while process.poll() is None and time.perf_counter() < until:
        try:
            if ask(port, ready).status == 200:
                return True
        except OSError:
            pass
        time.sleep(_LOOK_SECONDS)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
