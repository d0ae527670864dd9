"""The release before this one, run from its recorded wheel: its code, on the packages of this environment."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.real_processes import RealDirector, clean_environment

(WHEEL,) = Path(__file__).parent.glob("fl_director-*.whl")
VERSION = WHEEL.name.split("-")[1]


@dataclass(frozen=True)
class PreviousRelease:
    """Its programs.

    Args:
        code: Where the wheel is unpacked; it comes before whatever is installed.
    """

    code: Path

    @classmethod
    def unpacked(cls, into: Path) -> "PreviousRelease":
        with zipfile.ZipFile(WHEEL) as wheel:
            wheel.extractall(into)
        return cls(into)

    def director(self, folder: Path) -> RealDirector:
        return RealDirector(folder, environment={"PYTHONPATH": str(self.code)}, program=("-P", "-m", "director"))

    def envoy(self, home: Path, data: Path) -> "PreviousEnvoy":
        return PreviousEnvoy(self, home, data)


@dataclass(frozen=True)
class PreviousEnvoy:
    """An envoy of the release before."""

    release: PreviousRelease
    home: Path
    data: Path

    @property
    def environment(self) -> dict[str, str]:
        places = {"ENVOY_HOME": str(self.home), "ENVOY_DATA": str(self.data), "PYTHONPATH": str(self.release.code)}
        return {**clean_environment(), **places, "NO_COLOR": "1", "COLUMNS": "200"}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-P", "-m", "envoy", *arguments]

    def run(self, *arguments: str) -> str:
        ended = subprocess.run(
            self.command(*arguments), env=self.environment, cwd=self.home.parent, capture_output=True, text=True
        )
        assert ended.returncode == 0, f"{VERSION}'s fl-envoy {' '.join(arguments)}: {ended.stderr}"
        return ended.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json"))

    @contextmanager
    def participating(self, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
        """Let it take part while the block runs."""
        process = subprocess.Popen(
            self.command("participate", "--json", *options),
            env=self.environment,
            cwd=self.home.parent,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()
