"""The terminal sessions on a page: run anew on a terminal of 80 columns, and held against what stands there.

A session's block is marked ``console``: a line behind ``$ `` is typed, ``^C`` stops the director that serves, the lines
below are what the terminal showed. What is another each time (ids, digests, times, secrets, ports) is alike when it
has the same form; where a later line needs one, it gets the one that stands there now. Run as a script, it writes the
page anew.
"""

import fcntl
import os
import pty
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.ports import free_port
from tests.snippets.blocks import ROOT
from tests.warm_programs import warm_programs

PAGE = ROOT / "docs" / "terminal_sessions.md"
COLUMNS, ROWS = 80, 50
READY_SECONDS = 60
_CONSOLE = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)

VARIES = {
    "TOKEN": re.compile(r"\bfl[a-z]{1,3}_[\w-]{20,}"),
    "DIGEST": re.compile(r"\b[0-9a-f]{64}\b"),
    "ID": re.compile(r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{8,32}\b"),
    "TIME": re.compile(r"\b\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?: UTC|Z|\+00:00)?)?"),
    "PORT": re.compile(r"(?<=127\.0\.0\.1:)\d+"),
    "PROCESS": re.compile(r"(?<=process )\d+"),
    "HOME": re.compile(r"/(?:tmp|dev/shm|home)/(?:[\w./-]*?/)?people(?=[/\s.,;:)]|$)", re.MULTILINE),
    "SECONDS": re.compile(r"\b\d+(?:\.\d+)?(?= s\b)"),
    "BYTES": re.compile(r"\b[\d,]+(?= bytes)"),  # of a text that names versions
    "VERSION": re.compile(r'(?<=": ")\d+(?:\.\d+)+[\w+.]*(?=")'),
    "NUMBER": re.compile(r"\b\d+\.\d{4,}\b"),  # the last digits depend on the processor
}
"""What is another each time, by its form."""
REPEATED = ("TOKEN", "DIGEST", "ID")
"""What a line that is typed may name."""


@dataclass(frozen=True)
class Step:
    """What is typed, and what the terminal then shows."""

    typed: str
    shown: str


def steps_of(block: str) -> list[Step]:
    """Read a session's block."""
    steps: list[Step] = []
    for line in block.rstrip("\n").split("\n"):
        if line.startswith("$ ") or line == "^C":
            steps.append(Step(line.removeprefix("$ "), ""))
        else:
            last = steps[-1]
            steps[-1] = Step(last.typed, f"{last.shown}\n{line}" if last.shown else line)
    return steps


def written(steps: list[Step]) -> str:
    """Write a session's block; ``steps_of`` reads it back."""
    lines = []
    for step in steps:
        lines += [step.typed if step.typed == "^C" else f"$ {step.typed}", *([step.shown] if step.shown else [])]
    return "\n".join(lines) + "\n"


def alike(text: str) -> str:
    """Give a text with everything that is another each time in the place of its form."""
    for form, pattern in VARIES.items():
        text = pattern.sub(form, text)
    return re.sub(r" +", " ", text)


def named_in(text: str) -> list[str]:
    """Give what a typed line may name, in the order in which the text has it."""
    found = [(match.start(), match[0]) for form in REPEATED for match in VARIES[form].finditer(text)]
    return [each for _, each in sorted(found)]


@dataclass
class People:
    """The admin's, the hospital's and the analyst's terminal: one home, one shell's exports, one director at most."""

    home: Path
    programs: Path
    port: int = field(default_factory=free_port)
    serving: "subprocess.Popen[bytes] | None" = None
    stands_for: dict[str, str] = field(default_factory=dict)
    """What stands on the page → what stands there now."""

    def __post_init__(self) -> None:
        self.stands_for["127.0.0.1:8080"] = f"127.0.0.1:{self.port}"
        self.home.mkdir()
        (self.home / "examples").symlink_to(ROOT / "examples")

    def do(self, step: Step) -> Step:
        """Type a line, and give it with what the terminal shows."""
        typed = step.typed
        for said, meant in self.stands_for.items():
            typed = typed.replace(said, meant)
        if typed == "^C":
            self.stop()
            shown = ""
        elif typed.startswith("fl-director serve"):
            shown = self._serve(typed)
        else:
            shown = self._run(typed)
        self.stands_for |= dict(zip(named_in(step.shown), named_in(shown), strict=False))
        return Step(step.typed, shown)

    def stop(self) -> None:
        """Stop the director as Ctrl-C does."""
        if self.serving is not None:
            self.serving.send_signal(signal.SIGINT)
            self.serving.wait(timeout=30)
            self.serving = None

    def _run(self, typed: str) -> str:
        exports = self.home / ".exports"
        script = f"[ ! -e {exports} ] || . {exports}\n{typed}\nexport -p > {exports}\n"
        screen, process = self._on_a_terminal(["bash", "-c", script])
        shown = b"".join(_pieces(screen))
        process.wait(timeout=120)
        return _as_text(shown)

    def _serve(self, typed: str) -> str:
        command = [sys.executable, "-m", "director", *typed.split()[1:]]
        exports = self.home / ".exports"
        script = f"[ ! -e {exports} ] || . {exports}\nexec " + " ".join(command)
        screen, process = self._on_a_terminal(["bash", "-c", script])
        shown, end = b"", time.monotonic() + READY_SECONDS
        for piece in _pieces(screen):
            shown += piece
            if b"Serving on" in shown and shown.endswith(b"\n"):
                self.serving = process
                self._await_listening(end)
                break
            assert time.monotonic() < end, shown
        else:
            process.wait(timeout=30)  # it did not come so far, and says why
        return _as_text(shown)

    def _await_listening(self, end: float) -> None:
        """Wait for the socket, which the workers open a moment later; a person is slower."""
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
            except ConnectionRefusedError:
                assert time.monotonic() < end, "the director does not listen"
                time.sleep(0.05)
            else:
                return

    def _on_a_terminal(self, command: list[str]) -> tuple[int, "subprocess.Popen[bytes]"]:
        screen, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        process = subprocess.Popen(
            command,
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            cwd=self.home,
            env=self._surroundings(),
            start_new_session=True,
        )
        os.close(terminal)
        return screen, process

    def _surroundings(self) -> Mapping[str, str]:
        return {
            "PATH": f"{self.programs}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "PYTHONPATH": str(ROOT),
            "DIRECTOR_PORT": str(self.port),
            "URL": f"http://127.0.0.1:{self.port}",
        }


def run_anew(page: str, people: People) -> str:
    """Run every session of a page in its order, and give the page with what the terminal shows now."""
    return _CONSOLE.sub(lambda block: written([people.do(step) for step in steps_of(block[0])]), page)


def _pieces(screen: int) -> Iterator[bytes]:
    try:
        while piece := os.read(screen, 1 << 16):
            yield piece
    except OSError:  # the terminal's other end is closed: so says Linux
        return


def _as_text(shown: bytes) -> str:
    return "\n".join(line.rstrip() for line in shown.decode().replace("\r\n", "\n").rstrip("\n").split("\n"))


def main() -> None:
    """Write the page anew."""
    with tempfile.TemporaryDirectory() as folder, warm_programs(Path(folder)) as programs:
        people = People(Path(folder) / "people", programs)
        try:
            page = run_anew(PAGE.read_text(encoding="utf-8"), people)
        finally:
            people.stop()
        shown = page.replace(str(people.home), "/home/people").replace(f"127.0.0.1:{people.port}", "127.0.0.1:8080")
        PAGE.write_text(shown, encoding="utf-8")


if __name__ == "__main__":
    main()
