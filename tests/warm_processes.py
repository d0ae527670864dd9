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
        with _hand_over(program, arguments, environment, folder, files) as handed:
            code = handed.code()
        if program == "fl-director":  # a Python that ends by itself takes as long: what it wrote is known by then
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
        said: int | None = None,
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
        self.stderr = os.fdopen(os.memfd_create("said"), "rb")  # no pipe: who says much shall wait for no reader
        with (
            Path(os.devnull).open("r+b") as nothing,
            Path(f"/proc/self/fd/{self.stderr.fileno()}").open("ab") as theirs,
        ):
            read = (nothing.fileno(), nothing.fileno(), theirs.fileno())
            files = read if said is None else (nothing.fileno(), said, said)
            self._handed = _hand_over(program, arguments, environment, folder, files)
        self.pid = self._handed.pid

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
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended_within(self, seconds: float | None) -> int | None:
        if self.returncode is None and select([self._handed], [], [], seconds)[0]:
            self.returncode = self._handed.code()
            self._handed.close()
        return self.returncode


def warm_python() -> str:
    """Give a Python whose ``python -m MODULE …`` is forked; with anything else it is the real one."""
    return str(_commands() / "python")


def _hand_over(
    program: str, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, files: tuple[int, int, int]
) -> Handed:
    request = {
        "program": program,
        "arguments": list(arguments),
        "folder": str(folder),
        "environment": dict(environment),
    }
    return Handed(str(_commands().with_name("socket")), request, files)


@cache
def _commands() -> Path:
    """Give the programs of this process, which end with it."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(warm_programs(Path(stack.enter_context(TemporaryDirectory()))))
