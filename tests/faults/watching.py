"""Looking at a director from outside while something is done to it: its memory, its descriptors, its answers."""

import threading
import time
from pathlib import Path
from typing import Self

import requests

from tests.real_processes import RealDirector


def memory_mib(director: RealDirector, which: str = "VmRSS") -> float:
    """Its resident memory now, or with VmHWM at its highest."""
    status = Path(f"/proc/{director.pid}/status").read_text()
    return int(status.split(f"{which}:")[1].split()[0]) / 1024


class HealthWatch:
    """Asks ``/health/live`` over and over, each time on a new connection as a probe does; keeps the times."""

    def __init__(self, director: RealDirector, *, pause: float = 0.02) -> None:
        self._url = f"{director.url}/health/live"
        self._pause = pause
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.seconds: list[float] = []
        self.failures: list[str] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._pause):
            began = time.monotonic()
            try:
                requests.get(self._url, timeout=30).raise_for_status()
            except requests.RequestException as error:
                self.failures.append(str(error))
            else:
                self.seconds.append(time.monotonic() - began)

    @property
    def p95_ms(self) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)] * 1000
