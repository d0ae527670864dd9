"""Rounds by each engine, timed; prints the seconds of each round as JSON.

Usage, in Flower's environment: ``python -m benchmarks.flower_rounds_process FOLDER ROUNDS``.
"""

import argparse
import json
import time
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from benchmarks.flower_plan import TASK, write_home, write_plan
from benchmarks.flower_processes import real_flower
from simulation.consortium import write_consortium
from simulation.engines import ENGINES, engine_named
from simulation.in_process import Hospital, run_federation, synthetic_hospitals

_HOSPITALS, _PATIENTS = 5, 200


def main() -> None:
    """Time them one after the other; the first round of each warms up."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("rounds", type=int)
    options = parser.parse_args()
    hospitals = synthetic_hospitals(TASK, _HOSPITALS, _PATIENTS, 0)
    own, simulation = (_simulated(name, hospitals, options.rounds + 1) for name in ENGINES)
    between = _between(options.folder, hospitals, options.rounds + 1)
    print(json.dumps({"own": own, "simulation": simulation, "between": between}))


def _simulated(engine: str, hospitals: list[Hospital], rounds: int) -> list[float]:
    ended: list[float] = []
    run_federation(
        TASK,
        hospitals,
        rounds=rounds,
        on_round=lambda done: ended.append(time.perf_counter()),
        engine=engine_named(engine),
    )
    return [later - earlier for earlier, later in pairwise(ended)]


def _between(folder: Path, hospitals: list[Hospital], rounds: int) -> list[float]:
    tables = write_consortium(folder / "tables", _HOSPITALS, _PATIENTS, 0)
    plan, out = write_plan(folder / "plan", hospitals, rounds=rounds), folder / "result"
    with real_flower(folder / "flower") as flower:
        flower.start_superlink()
        for each, data in zip(hospitals, tables, strict=True):
            flower.admit(each.name)
            flower.start_node(each.name, write_home(folder / "homes" / each.name, each.name), data)
        code, said = flower.run(plan, out)
    if code:
        raise SystemExit(said)
    said_of = json.loads((out / "rounds.json").read_text(encoding="utf-8"))["rounds"]
    ended = [datetime.fromisoformat(each["ended_at"]).timestamp() for each in said_of]
    return [later - earlier for earlier, later in pairwise(ended)]


if __name__ == "__main__":
    main()
