"""Commands of this house as processes of their own that begin at once: run to their end, or waited for and killed.

Each process that tests run in has one ``warm_programs.py`` beside it.
"""

import atexit
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from select import select
from tempfile import TemporaryDirectory, TemporaryFile

from director.api.sessions import LEARNED_SECONDS
from tests.warm_program import Handed
from tests.warm_programs import warm_programs


def run_warm(
    program: str, arguments: Sequence[str], *, environment: Mapping[str, str], folder: Path, given: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, as ``subprocess.run`` does where it captures what is said."""
    with TemporaryFile() as typed, TemporaryFile() as said, TemporaryFile() as complained:
        typed.write(given.encode())
        typed.seek(0)
        files = (typed.fileno(), said.fileno(), complained.fileno())
        with Handed(_place(), program, list(arguments), dict(environment), str(folder), files) as handed:
            code = handed.code()
        if program == "fl-director":  # a process that ends by itself takes as long: what it wrote is known by then
            time.sleep(4 * LEARNED_SECONDS)
        out, err = (os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode() for file in (said, complained))
    return subprocess.CompletedProcess([program, *arguments], code, out, err)


class WarmProcess:
    """A command that goes on, to be waited for and killed as ``subprocess.Popen`` is."""

    def __init__(
        self,
        program: str,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        said: int = subprocess.DEVNULL,
    ) -> None:
        """Start it.

        Args:
            program: One of ``PROGRAMS``.
            arguments: What stands behind its name.
            environment: All its variables.
            folder: Where it works.
            said: An open file that takes both its outputs; where none is given, ``stderr`` is read here.
        """
        self.returncode: int | None = None
        with Path(os.devnull).open("r+b") as nothing, ExitStack() as theirs:
            files = (nothing.fileno(), said, said)
            if said == subprocess.DEVNULL:
                mine, other = os.pipe()
                theirs.callback(os.close, other)
                files = (nothing.fileno(), nothing.fileno(), other)
                self.stderr = os.fdopen(mine, "rb")
            self._handed = Handed(_place(), program, list(arguments), dict(environment), str(folder), files)
        self.pid = self._handed.pid
        self._ends = os.pidfd_open(self.pid)

    def poll(self) -> int | None:
        return self._ended_within(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._ended_within(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        return code

    def communicate(self, timeout: float | None = None) -> tuple[bytes, bytes]:
        self.wait(timeout)
        return b"", self.stderr.read()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._ends, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended_within(self, seconds: float | None) -> int | None:
        ended = [self._ends] if self.returncode is None else []
        if ended and select(ended, [], [], seconds)[0]:
            self.returncode = self._handed.code()
            self._handed.close()
            os.close(self._ends)
        return self.returncode


def warm_python() -> str:
    """Give a Python whose ``python -m MODULE …`` is forked; with anything else it is the real one."""
    return str(_commands() / "python")


def _place() -> str:
    return str(_commands().with_name("socket"))


@cache
def _commands() -> Path:
    """Give the programs of this process, which end with it."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(warm_programs(Path(stack.enter_context(TemporaryDirectory()))))
