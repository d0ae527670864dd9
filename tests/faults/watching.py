"""Looking at a director from outside while something is done to it: its memory, its descriptors, its answers."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Self

from tests.real_processes import RealDirector

_PROBE = Path(__file__).parent / "health_probe.py"


def memory_mib(director: RealDirector, which: str = "VmRSS") -> float:
    """Its resident memory now, or with VmHWM at its highest."""
    status = Path(f"/proc/{director.pid}/status").read_text()
    return int(status.split(f"{which}:")[1].split()[0]) / 1024


class HealthWatch:
    """Asks ``/health/live`` over and over, each time on a new connection as a probe does; keeps the times.

    In a process of its own: beside a hundred threads that send, what is measured would be who has the interpreter.
    """

    def __init__(self, director: RealDirector, *, pause: float = 0.02) -> None:
        self._command = [sys.executable, "-P", str(_PROBE), f"{director.url}/health/live", str(pause)]
        self.seconds: list[float] = []
        self.failures: list[str] = []

    def __enter__(self) -> Self:
        self._probe = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *exception: object) -> None:
        told, _ = self._probe.communicate()  # the end of its input ends it
        found = json.loads(told)
        self.seconds, self.failures = found["seconds"], found["failures"]

    @property
    def p95_ms(self) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)] * 1000
