"""Real processes for the journeys: a director that serves on loopback and can be killed, envoys as commands."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import requests

from benchmarks.ports import free_port
from tests.warm_processes import WarmProcess, run_warm


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("DIRECTOR_", "ENVOY_"))}


Process = subprocess.Popen[bytes] | WarmProcess


class DirectorStoppedError(AssertionError):
    """The director ended before it was ready."""


@dataclass
class RealDirector:
    """A director on a folder, served by its own command."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: Process | None = None
    python: str = sys.executable
    program: tuple[str, ...] = ("-m", "director")
    options: tuple[str, ...] = ()
    ca_file: Path | None = None
    """Whose certificates to trust; with it the director is asked over TLS."""
    _admin: str = ""
    _said: IO[bytes] = field(default_factory=tempfile.TemporaryFile)  # no pipe: who says much shall wait for no reader

    @property
    def url(self) -> str:
        return f"{'https' if self.ca_file else 'http'}://127.0.0.1:{self.port}"

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command to its end: one that is forked, unless it is another Python's or another program's."""
        if (self.python, self.program) != (sys.executable, ("-m", "director")):
            return subprocess.run(
                [self.python, *self.program, *arguments],
                env=self.surroundings,
                cwd=self.folder.parent,  # not the source tree: what is installed shall run
                capture_output=True,
                text=True,
                check=check,
            )
        ended = run_warm("fl-director", arguments, environment=self.surroundings, folder=self.folder.parent)
        if check:
            ended.check_returncode()
        return ended

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json").stdout)

    def start(self) -> float:
        """Serve; gives the seconds until ready."""
        began, trusted = time.monotonic(), str(self.ca_file) if self.ca_file else True
        self.process = self.begun()
        while time.monotonic() < began + 60:
            if self.process.poll() is not None:
                raise DirectorStoppedError(self.said)
            try:
                if requests.get(f"{self.url}/health/ready", timeout=5, verify=trusted).status_code == 200:
                    return time.monotonic() - began
            except requests.ConnectionError:
                time.sleep(0.02)
        raise AssertionError("the director was not ready after 60 s")

    def begun(self) -> Process:
        """Begin to serve, as whoever gives the command does: from nothing."""
        return subprocess.Popen(
            [self.python, *self.program, *self.serve],
            env=self.surroundings,
            cwd=self.folder.parent,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
        )

    @property
    def said(self) -> str:
        """What it has written as errors so far."""
        number = (self.running.stderr or self._said).fileno()  # of one that is forked, or of this one
        return os.pread(number, os.fstat(number).st_size, 0).decode()  # its own place in the file stays where it is

    @property
    def serve(self) -> tuple[str, ...]:
        """The command's arguments."""
        return ("serve", "--new", "--port", str(self.port), *self.options)

    @property
    def surroundings(self) -> dict[str, str]:
        """Its environment variables."""
        return {**clean_environment(), **self.environment, "DIRECTOR_DATA_DIR": str(self.folder)}

    @property
    def running(self) -> Process:
        """Its process, once it has been started."""
        assert self.process is not None, "the director was never started"
        return self.process

    @property
    def pid(self) -> int:
        return self.running.pid

    def kill(self) -> None:
        """End it as a power cut would."""
        self.running.send_signal(signal.SIGKILL)
        self.running.communicate()

    def ended(self) -> int:
        """Wait until it has ended by itself; gives its exit code."""
        self.running.communicate(timeout=20)
        return self.running.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()

    @property
    def admin(self) -> dict[str, str]:
        if not self._admin:
            self._admin = self.json("token", "issue", "--role", "admin")["token"]
        return {"Authorization": f"Bearer {self._admin}"}

    def enrol(self, name: str, data: Path, home: Path) -> "RealEnvoy":
        code = self.json("envoy", "add", name)["code"]
        envoy = RealEnvoy(home, data)
        envoy.run("join", "--director", self.url, "--code", code)
        return envoy


class ForkedDirector(RealDirector):
    """The same director, started in a tenth of the time: where nobody measures its start or its memory."""

    def begun(self) -> Process:
        return WarmProcess("fl-director", self.serve, environment=self.surroundings, folder=self.folder.parent)


@dataclass
class RealEnvoy:
    """An envoy, run by its command as hospital IT would."""

    home: Path
    data: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, check: bool = True, given: str = "") -> subprocess.CompletedProcess[str]:
        environment = {
            **clean_environment(),
            "ENVOY_HOME": str(self.home),
            "ENVOY_DATA": str(self.data),
            "NO_COLOR": "1",
            "COLUMNS": "200",
            **self.environment,
        }
        result = run_warm("fl-envoy", arguments, environment=environment, folder=Path.cwd(), given=given)
        if check and result.returncode:
            raise AssertionError(f"fl-envoy {' '.join(arguments)}: exit {result.returncode}: {result.stderr}")
        return result

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json").stdout)

    @property
    def headers(self) -> dict[str, str]:
        token = json.loads((self.home / "token.json").read_text())["token"]
        return {"Authorization": f"Bearer {token}"}


@contextmanager
def participating(envoy: RealEnvoy, *options: str) -> Iterator[WarmProcess]:
    """Let an envoy take part while the block runs; what it says goes to ``said`` in its home."""
    environment = {**clean_environment(), "ENVOY_HOME": str(envoy.home), "ENVOY_DATA": str(envoy.data)}
    with (envoy.home / "said").open("ab") as said:
        process = WarmProcess(
            "fl-envoy",
            ("participate", "--json", *options),
            environment={**environment, **envoy.environment},
            folder=Path.cwd(),
            said=said.fileno(),
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
