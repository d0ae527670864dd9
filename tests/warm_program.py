"""Stands in a program's place: hands the command over to ``warm_programs.py``, and ends as it ends.

A command that lasts goes on in the background once it has said that it is ready: a page shows it in one line, and goes
on in another terminal. ``participate`` is stopped then, as the reader does with Ctrl-C. Knows nothing but Python's own.
"""

import json
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Mapping

# what each that lasts says when it is ready, and whether it goes on in the background
LASTING = {("fl-director", "serve"): (b"Serving on ", True), ("fl-envoy", "participate"): (b"akes part", False)}
READY_SECONDS = 30.0


def main() -> int:
    place, program, *arguments = sys.argv[1:]
    lasting = LASTING.get((program, arguments[0])) if arguments and "--once" not in arguments else None
    if lasting is None:
        return _handed_over(place, program, arguments, (0, 1, 2))
    says, goes_on = lasting
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if child == 0:
            nothing = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2):  # whoever reads what this command says shall not wait for the one that goes on
                os.dup2(nothing, number)
            os._exit(_handed_over(place, program, arguments, (nothing, said.fileno(), said.fileno())))
        return _ready(child, said.fileno(), says, goes_on)


def _ready(child: int, said: int, says: bytes, goes_on: bool) -> int:
    end, is_ready, code = time.monotonic() + READY_SECONDS, False, 1
    while not is_ready and time.monotonic() < end:
        is_ready = says in os.pread(said, 1 << 20, 0)
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            is_ready, child = False, 0
            code = os.waitstatus_to_exitcode(status) or 1
            break
        time.sleep(0.02)
    if child and not (is_ready and goes_on):
        os.kill(child, signal.SIGINT)
        os.waitpid(child, 0)
    os.write(1 if is_ready else 2, os.pread(said, 1 << 20, 0))
    return 0 if is_ready else code


def _handed_over(place: str, program: str, arguments: "list[str]", files: "tuple[int, ...]") -> int:
    request = {
        "program": program,
        "arguments": arguments,
        "folder": os.getcwd(),  # noqa: PTH109 - fast to start
        "environment": dict(os.environ),
    }
    with Handed(place, request, files) as handed:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda found, frame: os.kill(handed.pid, found))
        return handed.code()


class Handed:
    """A command that was handed over, with the open files that are its standard ones."""

    def __init__(self, place: str, request: "Mapping[str, object]", files: "tuple[int, ...]") -> None:
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.connect(place)
        socket.send_fds(self._connection, [json.dumps(request).encode()], files)
        self._answer = self._connection.makefile("rb", buffering=0)
        self.pid = int(self._answer.readline())

    def __enter__(self) -> "Handed":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._answer.close()
        self._connection.close()

    def fileno(self) -> int:
        """Give what can be read once the command has ended."""
        return self._connection.fileno()

    def code(self) -> int:
        """Wait until it has ended; gives its exit code, that of a signal below zero."""
        return int(self._answer.readline() or 1)


if __name__ == "__main__":
    sys.exit(main())
