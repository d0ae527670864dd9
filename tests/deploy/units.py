"""The units of ``deploy/systemd`` as systemd reads them, and programs held to the calls that a unit allows."""

import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "systemd"
SERVICES = sorted(FOLDER.glob("*.service"))
UNITS = sorted([*SERVICES, *FOLDER.glob("*.timer")])

_ASKED_FOR = re.compile(r"^\d+ +(?P<call>\w+\(.*)", re.MULTILINE)
_WATCHED = ("mmap", "mprotect", "pkey_mprotect", "shmat")
"""What asks for memory; the others that are allowed pass unseen and cost nothing."""


def require_systemd() -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here: apt-get install systemd; what it says of the units is left out")


@dataclass(frozen=True)
class Unit:
    """One unit file."""

    path: Path

    def all(self, key: str) -> list[str]:
        """Give each value of a key, in their order; an empty one takes back those before it."""
        lines = [line for line in self.path.read_text().splitlines() if not line.startswith(("#", ";"))]
        found: list[str] = []
        for line in lines:
            name, _, value = line.partition("=")
            if name == key:
                found = [*found, value] if value else []
        return found

    def one(self, key: str) -> str:
        (value,) = self.all(key)
        return value

    @property
    def environment(self) -> dict[str, str]:
        assignments = [each for line in self.all("Environment") for each in shlex.split(line)]
        return dict(each.split("=", 1) for each in assignments)

    @property
    def command(self) -> list[str]:
        return shlex.split(self.one("ExecStart"))

    @property
    def allowed_calls(self) -> set[str]:
        """The system calls that the unit's filter leaves."""
        allowed: set[str] = set()
        for line in self.all("SystemCallFilter"):
            named = {call for word in line.removeprefix("~").split() for call in _calls_of(word)}
            allowed = allowed - named if line.startswith("~") else allowed | named
        return allowed

    def watching(self, trace: Path) -> list[str]:
        """Give the command in front of a program that has strace note each call the unit would refuse."""
        unseen = sorted(self.allowed_calls - set(_WATCHED))
        # -D: the program is our child, and the tracer ends with it; ?: a call that this processor has not
        options = ("-D", "-f", "-qq", "--seccomp-bpf", "-o", str(trace))
        return ["strace", *options, "-e", f"trace=!{','.join(f'?{call}' for call in unseen)}"]

    def refused(self, trace: Path) -> list[str]:
        """Give the calls of a trace that the unit would not have allowed."""
        return [call for call in calls_in(trace) if not self._allows(call)]

    def _allows(self, call: str) -> bool:
        name = call.partition("(")[0]
        if self.all("MemoryDenyWriteExecute") == ["yes"] and name in _WATCHED:  # as systemd.exec(5) has it
            return not ("_EXEC" in call and (name != "mmap" or "PROT_WRITE" in call))
        return name in self.allowed_calls


def calls_in(trace: Path) -> list[str]:
    """Give each call that a trace shows."""
    return [found["call"] for found in _ASKED_FOR.finditer(trace.read_text(errors="replace"))]


@cache
def _calls_of(word: str) -> frozenset[str]:
    """Give the system calls that a word of a filter stands for."""
    if not word.startswith("@"):
        return frozenset({word})
    listed = subprocess.run(["systemd-analyze", "syscall-filter", word], capture_output=True, text=True, check=True)
    words = [line.strip() for line in listed.stdout.splitlines()[1:]]
    return frozenset(call for each in words if each and not each.startswith("#") for call in _calls_of(each))
