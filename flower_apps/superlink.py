"""Flower's SuperLink, with sign-in and encryption on, and what is asked of it: hospitals admitted, a run begun."""

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from contract.names import EnvoyName
from contract.visible_text import visible
from envoy.kept_files import write_whole
from flower_apps.errors import ProgramFailedError
from flower_apps.surroundings import program, surroundings

DEFAULT_PORT = 8000
_CONNECTION = "here"
_LOOK_SECONDS = 1.0
_APP = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "fl-flower"
version = "1.0.0"
description = "The rounds of a consortium; its code is installed on both sides, and none travels."
license = { file = "LICENSE" }
dependencies = ["flwr>=1.42,<1.43"]

[tool.flwr.app]
publisher = "fl-director"
fab-format-version = 1
flwr-version-target = "1.42.0"

[tool.flwr.app.components]
serverapp = "flower_apps.server_app:app"
clientapp = "flower_apps.client_app:app"

[tool.flwr.app.config]
plan = ""
out = ""
deadline = 3600.0
"""
_LICENSE = "As fl-director, whose code this app names and does not hold.\n"


@dataclass(frozen=True)
class SuperLink:
    """The SuperLink of this machine.

    Args:
        folder: Its private folder: the database, the settings, its certificate's names.
        port: Where it listens.
    """

    folder: Path
    port: int = DEFAULT_PORT

    def command(self, host: str, authority: Path, certificate: Path, key: Path) -> list[str]:
        """Give the command that runs it: hospitals sign in, all is encrypted, nothing is installed while it runs."""
        return [
            program("flower-superlink"),
            *("--host", host, "--port", str(self.port)),
            *("--ssl-ca-certfile", str(authority), "--ssl-certfile", str(certificate), "--ssl-keyfile", str(key)),
            "--enable-supernode-auth",
            *("--database", str(self.folder / "superlink.db")),
            "--disable-runtime-dependency-installation",
        ]

    @property
    def surroundings(self) -> Mapping[str, str]:
        """What it and those who ask it run in."""
        return surroundings(self.folder / "flower")

    def keep_address(self, authority: Path) -> None:
        """Keep how programs of this machine reach it."""
        settings = (
            f'[superlink]\ndefault = "{_CONNECTION}"\n\n[superlink.{_CONNECTION}]\n'
            f'address = "127.0.0.1:{self.port}"\nroot-certificates = {json.dumps(str(authority.resolve()))}\n'
        )
        write_whole(self.folder / "flower" / "config.toml", settings.encode())

    def admit(self, envoy: EnvoyName, public_key: Path) -> str:
        """Let a hospital's key in under the hospital's name; gives the node's number.

        Raises:
            ProgramFailedError: The SuperLink would not, with what it said.
        """
        said = self._asked("supernode", "register", str(public_key), _CONNECTION, "--name", str(envoy))
        return str(said["node-id"])

    def begin(self, plan: Path, out: Path, deadline_seconds: float) -> str:
        """Begin a run; gives its number. Raises as ``admit``."""
        with TemporaryDirectory(prefix="fl-flower-") as folder:
            (Path(folder) / "pyproject.toml").write_text(_APP, encoding="utf-8")
            (Path(folder) / "LICENSE").write_text(_LICENSE, encoding="utf-8")
            settings = f"plan={json.dumps(str(plan))} out={json.dumps(str(out))} deadline={deadline_seconds:f}"
            said = self._asked("run", folder, _CONNECTION, "--run-config", settings)
        return str(said["run-id"])

    def ended(self, run: str) -> str:
        """Wait for a run; gives how it ended, ``finished:completed`` where all went well. Raises as ``admit``."""
        while True:
            said = self._asked("list", _CONNECTION, "--run-id", run)
            status = str(said["runs"][0]["status"])
            if status.startswith("finished"):
                return status
            time.sleep(_LOOK_SECONDS)

    def stop(self, run: str) -> None:
        """Have a run ended. Raises as ``admit``."""
        self._asked("stop", run, _CONNECTION)

    def _asked(self, *arguments: str) -> dict[str, list[dict[str, object]]]:
        command: Sequence[str] = [program("flwr"), *arguments, "--format", "json"]
        try:
            done = subprocess.run(command, env=self.surroundings, capture_output=True, text=True, check=False)
        except FileNotFoundError as error:
            raise ProgramFailedError(
                f"Flower is not installed here: there is no {error.filename}.", hint="docs/engines.md says how."
            ) from None
        try:
            said: dict[str, list[dict[str, object]]] = json.loads(done.stdout)
        except ValueError:
            said = {}
        if done.returncode or not said.get("success", True) or not said:
            why = said.get("error-message") or (done.stderr or done.stdout).strip()[-500:]
            raise ProgramFailedError(
                f"The SuperLink did not take it ({arguments[0]}): {visible(' '.join(str(why).split()))}",
                hint="Does it run? Begin it with: fl-flower superlink",
            )
        return said
