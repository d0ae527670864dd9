"""Rounds of five envoys and a director, beside a bare server that passes the same bytes between the same training."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks.federation import HOSPITALS
from benchmarks.http_client import Request, ask
from benchmarks.program import ProgramFailed, memory_of, serving
from benchmarks.report import Figure, Row, middle
from benchmarks.taking_part import running, taking_part
from simulation.consortium import write_consortium

_PATIENTS = 6250
"""Four fifths of them train."""
_TARGET, _GOAL, _FIRST_TARGET = 4.0, 2.0, 3.0
_DIRECTOR_MEBIBYTES, _ALL_MEBIBYTES = 120, 1800
_MEBIBYTE = 2**20
_HOW = (
    f"{len(HOSPITALS)} envoy processes (`fl-envoy participate`) against a director, over loopback HTTP, the gate on, "
    "uploads durable: network 1 → 32 → 16 → 3, 5,000 training patients each, one local epoch a round, batches of 256, "
    "Adam. From the opening of a round to the opening of the next one. The floor: a bare FastAPI server that passes "
    "the same bytes between five processes that train the same, checks nothing and keeps nothing. Memory: the sum of "
    "what is resident at the end."
)


def measure(folder: Path, *, is_quick: bool) -> Figure:
    """Let both go through as many rounds, one after the other."""
    rounds, patients, hospitals = (3, 200, 2) if is_quick else (40, _PATIENTS, len(HOSPITALS))
    folder.mkdir()
    tables = write_consortium(folder / "tables", hospitals, patients)
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
        with running(commands, [folder / f"bare{number}" for number in range(len(tables))]) as trainers:
            for number, each in enumerate(trainers):
                if each.wait(timeout=300) != 0:
                    raise ProgramFailed((folder / f"bare{number}" / "said.txt").read_text()[-2000:])
        opened = ask(server.port, Request("GET", "/opened")).json()["seconds"]
    assert isinstance(opened, list)
    return [after - before for before, after in pairwise(opened)]


def _ours(folder: Path, tables: Sequence[Path], rounds: int) -> tuple[list[float], float, list[float]]:
    """Give the seconds of our rounds, and the resident mebibytes of the director and of each envoy."""
    with taking_part(folder, tables) as federation:
        seconds = federation.play(rounds)
        held = [memory_of(each.pid, "VmRSS") / _MEBIBYTE for each in federation.envoys]
        return seconds, federation.director.resident_mebibytes(), held
