"""Rounds while the tracker's MLflow is dead, slow or fails, beside the same rounds without a tracker, in pairs."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from statistics import median

from benchmarks.federation import HOSPITALS
from benchmarks.mlflow_server import PROGRAM, MlflowServer
from benchmarks.ports import free_port
from benchmarks.program import environment, run
from benchmarks.report import Figure, Row, middle
from benchmarks.taking_part import TakingPart, taking_part
from benchmarks.troubled_tracker import TroubledTracker
from simulation.consortium import write_consortium

_PATIENTS, _ROUNDS, _PAIRS = 6250, 10, 7
_TARGET = 1.05
_BEGINNING_SECONDS = 2
_POINTS = "benchmarks.tracked_points"
_HOW = (
    f"Runs of {_ROUNDS} rounds of five envoys as under Rounds, {_PAIRS} pairs for each trouble: one run with "
    "`fl-director track` beside it, one without; which comes first alternates. Dead: nobody listens there. "
    "Slow: each answer of a real MLflow server takes 10 s more. Failing: each answer is a 500. The ratio is that of a "
    "pair's median rounds. At the end MLflow is whole, and the points of all these runs are counted through its own "
    "client: a metric, run and round is one point."
)


def measure(folder: Path, *, is_quick: bool) -> Figure:
    """Play runs in pairs for each trouble, then let the tracker catch up."""
    rounds, patients, pairs = (3, 200, 1) if is_quick else (_ROUNDS, _PATIENTS, _PAIRS)
    hospitals = 2 if is_quick else len(HOSPITALS)
    folder.mkdir()
    tables = write_consortium(folder / "tables", hospitals, patients)
    with _mlflow(folder / "mlflow", is_quick=is_quick) as url, taking_part(folder / "federation", tables) as federation:
        federation.play(rounds)  # the first run warms all up
        with TroubledTracker(url, "slow") as slow, TroubledTracker(None, "500") as failing:
            dead = f"http://127.0.0.1:{free_port()}"
            rows = [
                _row("MLflow dead", _pairs(federation, dead, rounds, pairs)),
                _row("MLflow slow, 10 s an answer", _pairs(federation, slow.url, rounds, pairs)),
                _row("MLflow answering 500", _pairs(federation, failing.url, rounds, pairs)),
            ]
        if url is not None:
            rows.append(_counted(federation, url, rounds, runs=1 + 6 * pairs))
    return Figure("Tracking", _HOW, tuple(rows))


@contextmanager
def _mlflow(folder: Path, *, is_quick: bool) -> Iterator[str | None]:
    """Serve a real MLflow where its environment was made and there is time for it; None: there is none."""
    if is_quick or not PROGRAM.exists():
        yield None
        return
    with MlflowServer(folder) as server:
        yield server.url


Pair = tuple[float, float]
"""The median seconds of a round with the tracker, and without it."""


def _pairs(federation: TakingPart, uri: str, rounds: int, pairs: int) -> list[Pair]:
    found = []
    for number in range(pairs):
        ways: Sequence[Callable[[], AbstractContextManager[None]]] = (lambda: _tracking(federation, uri), nullcontext)
        seconds = {}
        for way in ways if number % 2 else reversed(ways):
            with way():
                seconds[way] = median(federation.play(rounds))
        found.append((seconds[ways[0]], seconds[ways[1]]))
    return found


@contextmanager
def _tracking(federation: TakingPart, uri: str) -> Iterator[None]:
    """Let the tracker run, from when it has begun."""
    command = [sys.executable, "-m", "director", "track", "--uri", uri, "--name", "benchmark"]
    process = subprocess.Popen(
        command, env=environment(federation.folder), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        while not process.stderr.readline().startswith("Tracking as"):
            assert process.poll() is None, "the tracker ended"
        time.sleep(_BEGINNING_SECONDS)
        yield
    finally:
        process.kill()
        process.communicate()


def _row(what: str, pairs: Sequence[Pair]) -> Row:
    ratios = [with_it / without for with_it, without in pairs]
    return Row(
        what,
        f"{middle([1000 * each for each, _ in pairs], '.0f')} ms a round",
        f"{middle([1000 * each for _, each in pairs], '.0f')} ms without a tracker",
        middle(ratios, ".2f"),
        f"≤ {_TARGET}",
        median(ratios) <= _TARGET,
    )


def _counted(federation: TakingPart, url: str, rounds: int, runs: int) -> Row:
    run("director", ["track", "--uri", url, "--name", "benchmark", "--once"], federation.folder, seconds=600)
    counted: Mapping[str, int] = json.loads(run(_POINTS, [url, "benchmark/diagnosis_count"], federation.folder))
    expected = runs * rounds
    return Row(
        "rounds in MLflow afterwards, of all runs",
        f"{counted['rounds']}; {counted['points']} points, {counted['twice']} of them twice",
        f"{expected} rounds played",
        f"{counted['rounds'] / expected:.2f}",
        "1, none twice",
        counted["rounds"] == expected and counted["twice"] == 0,
    )
