"""A real MLflow server as a process, from the environment that ``make test`` and ``make bench`` make; can be killed."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import requests

from benchmarks.ports import free_port
from benchmarks.program import ProgramFailed, environment

PROGRAM = Path(__file__).parent.parent / ".venv-mlflow" / "bin" / "mlflow"
"""Where it is; where it is not, ``make .venv-mlflow/installed`` makes it."""
_QUIET: Mapping[str, str] = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


@dataclass
class MlflowServer:
    """A server on a database file and a folder of files; use it in a ``with`` block.

    Args:
        folder: Where they are; goes on from what is there.
        port: Where it listens.
        process: Once it was started.
    """

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            ProgramFailed: It ended, or was not ready in time.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "said").open("ab") as said:
            self.process = subprocess.Popen(
                [
                    *(str(PROGRAM), "server", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"),
                    *("--backend-store-uri", f"sqlite:///{self.folder / 'mlflow.db'}"),
                    *("--artifacts-destination", str(self.folder / "files")),
                ],
                env={**environment(self.folder), **_QUIET},
                cwd=self.folder,
                stdout=said,
                stderr=said,
                start_new_session=True,  # its workers are processes of their own: they are ended together
            )
        end = time.monotonic() + 90
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                if requests.get(f"{self.url}/health", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise ProgramFailed(f"MLflow is not ready: {(self.folder / 'said').read_text()[-2000:]}")

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill()
