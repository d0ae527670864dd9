"""A consortium that takes part in rounds: a director and one long-lived envoy a hospital, each to be killed at will."""

import json
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from director.assembly import Director
from director.members.access import LOCAL_ADMIN
from director.settings import DirectorSettings
from simulation.consortium import write_consortium
from tests.real_processes import RealDirector, RealEnvoy, clean_environment
from tests.warm_processes import WarmProcess

LONGEST_SECONDS = 300.0


@dataclass
class ParticipatingEnvoy:
    """One hospital's ``fl-envoy participate``."""

    name: str
    envoy: RealEnvoy
    process: WarmProcess | None = None

    def start(self) -> None:
        home = self.envoy.home
        environment = {**clean_environment(), "ENVOY_HOME": str(home), "ENVOY_DATA": str(self.envoy.data)}
        with (home / "said.txt").open("ab") as said:
            self.process = WarmProcess(
                "fl-envoy", ("participate",), environment=environment, folder=Path.cwd(), said=said.fileno()
            )

    @property
    def status(self) -> Mapping[str, Any]:
        try:
            return dict(json.loads((self.envoy.home / "status.json").read_text()))
        except FileNotFoundError:
            return {"state": None}

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=30)


@dataclass
class RoundsHouse:
    """A director, its hospitals, and what is asked of both."""

    director: RealDirector
    envoys: dict[str, ParticipatingEnvoy] = field(default_factory=dict)

    @classmethod
    def found(cls, folder: Path, *, hospitals: int, patients: int, seed: int = 0) -> "RoundsHouse":
        """Make a consortium of synthetic hospitals, all joined, none taking part yet."""
        folder.mkdir(exist_ok=True)
        director = RealDirector(folder / "director")
        director.run("init")
        house = cls(director)
        director.start()
        for tables in write_consortium(folder / "tables", hospitals, patients, seed):
            envoy = director.enrol(tables.name, tables, folder / f"home-{tables.name}")
            house.envoys[tables.name] = ParticipatingEnvoy(tables.name, envoy)
        return house

    def take_part(self) -> None:
        """Start every envoy, and wait until all wait."""
        for each in self.envoys.values():
            each.start()
        self.wait_until(lambda: all(each.status["state"] == "waiting" for each in self.envoys.values()))

    def open_run(self, **wanted: object) -> int:
        answer = requests.post(f"{self.director.url}/runs", json=wanted, headers=self.director.admin, timeout=30)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    def ask(self, path: str) -> dict[str, Any]:
        answer = requests.get(f"{self.director.url}{path}", headers=self.director.admin, timeout=30)
        assert answer.ok, answer.text
        return dict(answer.json())

    def run(self, number: int = 1) -> dict[str, Any]:
        return self.ask(f"/runs/{number}")

    def model(self, version: int) -> dict[str, Any]:
        return self.ask(f"/global_models/{version}")

    def finish(self, number: int = 1) -> dict[str, Any]:
        """Wait until a run is over; gives it."""
        self.wait_until(lambda: self.run(number)["state"] not in ("inviting", "running"))
        return self.run(number)

    def wait_until(self, is_so: Callable[[], bool], seconds: float = LONGEST_SECONDS) -> None:
        until = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < until, f"the rounds do not move on: {self.said()}"
            time.sleep(0.05)

    def replace(self, envoy: ParticipatingEnvoy) -> None:
        """Kill an envoy and start it again."""
        envoy.kill()
        before = (envoy.envoy.home / "said.txt").stat().st_size
        envoy.start()
        self.wait_until(lambda: b"Ready" in (envoy.envoy.home / "said.txt").read_bytes()[before:])

    def quiesce(self) -> None:
        """Open nothing new from now on."""
        director = Director(DirectorSettings(data_dir=self.director.folder))
        director.rounds.quiesce(LOCAL_ADMIN)
        director.database.close()

    def said(self) -> str:
        """Give the last that each envoy said."""
        return "\n".join(
            f"{name}: {(each.envoy.home / 'said.txt').read_text()[-400:]}" for name, each in self.envoys.items()
        )

    def end(self) -> None:
        for each in self.envoys.values():
            each.stop()
        self.director.stop()
