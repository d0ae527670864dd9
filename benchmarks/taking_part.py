"""Five envoys that take part in a director's runs, as processes: what the benchmarks of rounds stand on."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path

from benchmarks.federation import HOSPITALS, SERVE
from benchmarks.http_client import Request, ask
from benchmarks.program import Program, environment, run, serving
from envoy.participation.status import read_status

PROGRAM = "benchmarks.short_epoch"


@dataclass(frozen=True)
class TakingPart:
    """A director and envoys that wait for its runs.

    Args:
        folder: The data folder.
        director: The director.
        admin: An admin's token.
        envoys: The envoys' processes.
    """

    folder: Path
    director: Program
    admin: str
    envoys: Sequence["subprocess.Popen[bytes]"]

    def play(self, rounds: int) -> list[float]:
        """Go through a run; gives the seconds from the opening of each round to that of the next one."""
        wanted = {"rounds": rounds, "strategy": "fedavg"}
        opening = Request("POST", "/runs", self.admin, json.dumps(wanted).encode())
        run_id = ask(self.director.port, opening).json()["id"]
        _wait_until(lambda: self._shown(f"/runs/{run_id}")["state"] == "finished", seconds=300)
        current = self._shown(f"/runs/{run_id}")["current"]
        assert isinstance(current, dict)
        last = int(current["n"])
        found = [self._shown(f"/rounds/{number}") for number in range(last - rounds + 1, last + 1)]
        opened = [datetime.fromisoformat(str(each["opened_at"])).timestamp() for each in found]
        return [after - before for before, after in pairwise(opened)]

    def _shown(self, path: str) -> Mapping[str, object]:
        return ask(self.director.port, Request("GET", path, self.admin)).json()


@contextmanager
def taking_part(folder: Path, tables: Sequence[Path]) -> Iterator[TakingPart]:
    """Found a federation in a new folder, and let its envoys wait; all is ended with the block."""
    folder.mkdir()
    run(PROGRAM, ["director", "init"], folder)
    admin = str(json.loads(run(PROGRAM, ["director", "token", "issue", "--role", "admin", "--json"], folder))["token"])
    with serving(PROGRAM, ["director", *SERVE], folder) as director:
        names = HOSPITALS[: len(tables)]
        homes = [folder / f"home-{name}" for name in names]
        settings = [_of_envoy(home, data) for home, data in zip(homes, tables, strict=True)]
        for name, its in zip(names, settings, strict=True):
            enrol = Request("POST", "/envoys", admin, json.dumps({"envoy_name": name}).encode())
            code = str(ask(director.port, enrol).json()["code"])
            join = ["envoy", "join", "--director", f"http://127.0.0.1:{director.port}", "--code", code]
            subprocess.run([sys.executable, "-m", PROGRAM, *join], env=its, check=True, capture_output=True)
        commands = [[PROGRAM, "envoy", "participate"] for _ in homes]
        with running(commands, homes, settings) as envoys:
            for home in homes:
                _wait_until(partial(_is_waiting, home))
            time.sleep(1)
            yield TakingPart(folder, director, admin, envoys)


def _of_envoy(home: Path, data: Path) -> Mapping[str, str]:
    own = {name: value for name, value in environment(home).items() if not name.startswith("ENVOY_")}
    home.mkdir()
    return {**own, "ENVOY_HOME": str(home), "ENVOY_DATA": str(data)}


def _is_waiting(home: Path) -> bool:
    status = read_status(home)
    return status is not None and status.state == "waiting"


def _wait_until(is_so: Callable[[], bool], *, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            raise TimeoutError("the federation does not move on")
        time.sleep(0.25)


@contextmanager
def running(
    commands: Sequence[Sequence[str]], folders: Sequence[Path], settings: Sequence[Mapping[str, str]] | None = None
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run Python modules side by side, what they say in a file of their folder; ends them in any case."""
    processes = []
    try:
        for number, (command, folder) in enumerate(zip(commands, folders, strict=True)):
            folder.mkdir(exist_ok=True)
            with (folder / "said.txt").open("wb") as said:
                variables = settings[number] if settings else environment(folder)
                words = [sys.executable, "-m", *command]
                processes.append(subprocess.Popen(words, env=variables, stdout=said, stderr=subprocess.STDOUT))
        yield processes
    finally:
        for each in processes:
            each.terminate()
        for each in processes:
            each.wait(timeout=30)
