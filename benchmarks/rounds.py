"""Rounds of five envoys and a director, beside a bare server that passes the same bytes between the same training."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks.federation import HOSPITALS, SERVE
from benchmarks.http_client import Request, ask
from benchmarks.program import Program, ProgramFailed, environment, memory_of, run, serving
from benchmarks.report import Figure, Row, middle
from envoy.participation.status import read_status
from simulation.consortium import write_consortium

_PATIENTS = 6250
"""Four fifths of them train."""
_TARGET, _GOAL, _FIRST_TARGET = 4.0, 2.0, 3.0
_DIRECTOR_MEBIBYTES, _ALL_MEBIBYTES = 120, 1800
_MEBIBYTE = 2**20
_PROGRAM = "benchmarks.short_epoch"
_HOW = (
    f"{len(HOSPITALS)} envoy processes (`fl-envoy participate`) against a director, over loopback HTTP, the gate on, "
    "uploads durable: network 1 → 32 → 16 → 3, 5,000 training patients each, one local epoch a round, batches of 256, "
    "Adam. From the opening of a round to the opening of the next one. The floor: a bare FastAPI server that passes "
    "the same bytes between five processes that train the same, checks nothing and keeps nothing. Memory: the sum of "
    "what is resident at the end."
)


def measure(folder: Path, *, is_quick: bool) -> Figure:
    """Let both go through as many rounds, one after the other."""
    rounds, patients = (3, 200) if is_quick else (40, _PATIENTS)
    folder.mkdir()
    tables = write_consortium(folder / "tables", len(HOSPITALS), patients)
    floor = _bare(folder, tables, rounds)
    ours, director, envoys = _ours(folder / "federation", tables, rounds)
    ratio, first = median(ours[1:]) / median(floor[1:]), ours[0] / median(ours[1:])
    in_all = director + sum(envoys)
    return Figure(
        "Rounds",
        _HOW,
        (
            Row(
                "a round",
                f"{middle([1000 * each for each in ours[1:]], '.0f')} ms",
                f"{middle([1000 * each for each in floor[1:]], '.0f')} ms",
                f"{ratio:.1f}",
                f"≤ {_TARGET:.0f}, goal {_GOAL:.0f}",
                ratio <= _TARGET,
            ),
            Row(
                "the first round after waiting",
                f"{1000 * ours[0]:.0f} ms",
                f"{1000 * median(ours[1:]):.0f} ms (the median)",
                f"{first:.1f}",
                f"≤ {_FIRST_TARGET:.0f}",
                first <= _FIRST_TARGET,
            ),
            Row(
                "memory of the director",
                f"{director:.0f} MiB",
                target=f"≤ {_DIRECTOR_MEBIBYTES} MiB",
                is_met=director <= _DIRECTOR_MEBIBYTES,
            ),
            Row(
                "memory of all",
                f"{in_all:.0f} MiB",
                target=f"≤ {_ALL_MEBIBYTES} MiB",
                is_met=in_all <= _ALL_MEBIBYTES,
            ),
        ),
    )


def _bare(folder: Path, tables: Sequence[Path], rounds: int) -> list[float]:
    """Give the seconds of the floor's rounds."""
    with serving("benchmarks.bare_exchange", [str(len(tables))], folder) as server:
        commands = [["benchmarks.bare_trainer", str(server.port), str(rounds), str(each)] for each in tables]
        with _running(commands, [folder / f"bare{number}" for number in range(len(tables))]) as trainers:
            for number, each in enumerate(trainers):
                if each.wait(timeout=300) != 0:
                    raise ProgramFailed((folder / f"bare{number}" / "said.txt").read_text()[-2000:])
        opened = ask(server.port, Request("GET", "/opened")).json()["seconds"]
    assert isinstance(opened, list)
    return [after - before for before, after in pairwise(opened)]


def _ours(folder: Path, tables: Sequence[Path], rounds: int) -> tuple[list[float], float, list[float]]:
    """Give the seconds of our rounds, and the resident mebibytes of the director and of each envoy."""
    folder.mkdir()
    run(_PROGRAM, ["director", "init"], folder)
    admin = str(json.loads(run(_PROGRAM, ["director", "token", "issue", "--role", "admin", "--json"], folder))["token"])
    with serving(_PROGRAM, ["director", *SERVE], folder) as director:
        homes = [folder / f"home-{name}" for name in HOSPITALS]
        settings = [_of_envoy(home, data) for home, data in zip(homes, tables, strict=True)]
        for name, its in zip(HOSPITALS, settings, strict=True):
            enrol = Request("POST", "/envoys", admin, json.dumps({"envoy_name": name}).encode())
            code = str(ask(director.port, enrol).json()["code"])
            join = ["envoy", "join", "--director", f"http://127.0.0.1:{director.port}", "--code", code]
            subprocess.run([sys.executable, "-m", _PROGRAM, *join], env=its, check=True, capture_output=True)
        commands = [[_PROGRAM, "envoy", "participate"] for _ in homes]
        with _running(commands, homes, settings) as envoys:
            for home in homes:
                _wait_until(partial(_is_waiting, home))
            time.sleep(1)
            wanted = {"rounds": rounds, "strategy": "fedavg"}
            run_id = ask(director.port, Request("POST", "/runs", admin, json.dumps(wanted).encode())).json()["id"]
            _wait_until(lambda: _shown(director, admin, f"/runs/{run_id}")["state"] == "finished", seconds=300)
            held = [memory_of(each.pid, "VmRSS") / _MEBIBYTE for each in envoys]
            resident = director.resident_mebibytes()
        found = [_shown(director, admin, f"/rounds/{number}") for number in range(1, rounds + 1)]
    opened = [datetime.fromisoformat(str(each["opened_at"])).timestamp() for each in found]
    return [after - before for before, after in pairwise(opened)], resident, held


def _of_envoy(home: Path, data: Path) -> Mapping[str, str]:
    own = {name: value for name, value in environment(home).items() if not name.startswith("ENVOY_")}
    home.mkdir()
    return {**own, "ENVOY_HOME": str(home), "ENVOY_DATA": str(data)}


def _is_waiting(home: Path) -> bool:
    status = read_status(home)
    return status is not None and status.state == "waiting"


def _shown(director: Program, token: str, path: str) -> Mapping[str, object]:
    return ask(director.port, Request("GET", path, token)).json()


def _wait_until(is_so: Callable[[], bool], *, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            raise TimeoutError("the federation does not move on")
        time.sleep(0.25)


@contextmanager
def _running(
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
