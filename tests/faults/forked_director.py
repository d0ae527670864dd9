"""A real director whose process is forked from one that has imported everything: thousands of starts in minutes."""

import multiprocessing
import os
import sys
import time
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import requests

from tests.real_processes import DirectorStoppedError, RealDirector

_ready_to_fork = multiprocessing.get_context("forkserver")
_ready_to_fork.set_forkserver_preload(
    ["pytest", "uvicorn.protocols.http.httptools_impl", "uvicorn.lifespan.on", "director.cli", "director.app"]
)


def _serve(folder: str, port: int, environment: dict[str, str]) -> None:
    """Serve, as the command does, in a process of its own."""
    for stream in (sys.stdout, sys.stderr):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    for name in [name for name in os.environ if name.startswith("DIRECTOR_")]:
        del os.environ[name]
    os.environ.update(environment, DIRECTOR_DATA_DIR=folder)
    os.chdir(Path(folder).parent)

    from director.cli import app

    app(["serve", "--new", "--port", str(port)])


@dataclass
class ForkedDirector(RealDirector):
    """The same director, started in a tenth of the time."""

    forked: ForkServerProcess | None = None

    def start(self) -> float:
        began = time.monotonic()
        self.forked = _ready_to_fork.Process(
            target=_serve, args=(str(self.folder), self.port, dict(self.environment)), daemon=True
        )
        self.forked.start()
        while time.monotonic() < began + 30:
            if not self.forked.is_alive():
                raise DirectorStoppedError(f"exit code {self.forked.exitcode}")
            try:
                if requests.get(f"{self.url}/health/ready", timeout=5).status_code == 200:
                    return time.monotonic() - began
            except requests.ConnectionError:
                time.sleep(0.01)
        raise AssertionError("the director was not ready after 30 s")

    @property
    def child(self) -> ForkServerProcess:
        assert self.forked is not None, "the director was never started"
        return self.forked

    @property
    def pid(self) -> int:
        assert self.child.pid is not None
        return self.child.pid

    def ended(self) -> int:
        self.child.join(20)
        assert self.child.exitcode is not None, "the director has not ended"
        return self.child.exitcode

    def kill(self) -> None:
        self.child.kill()
        self.child.join()

    def stop(self) -> None:
        if self.forked is not None and self.forked.is_alive():
            self.forked.terminate()
            self.forked.join(30)
