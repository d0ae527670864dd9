"""``python -m benchmarks.engines``: the engines of ``fl-simulate`` side by side, written into ``docs/engines.md``."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks.process_tree import watched
from benchmarks.report import middle
from simulation.engines import ENGINES, EngineName

_BEGIN, _END = "<!-- engines: begin -->", "<!-- engines: end -->"
_PATIENTS, _RUNS = 200, 3
_SIZES = ((5, 10), (100, 5), (1000, 5))
"""(hospitals, rounds)."""
_MEBIBYTE = 2**20


@dataclass(frozen=True)
class Measured:
    """One run: seconds from the first hospital's training to the model, bytes of all its processes at most."""

    seconds: float
    most_bytes: int
    sha256: str


def main() -> None:
    """Measure, and write the table between its marks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--quick", action="store_true", help="the smallest alone, once, whose numbers mean nothing")
    options = parser.parse_args()
    table = "\n".join(_lines(is_quick=options.quick))
    before, _, rest = options.out.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    options.out.write_text(f"{before}{_BEGIN}\n\n{table}\n\n{_END}{after}", encoding="utf-8")
    print(table)


def _lines(*, is_quick: bool) -> Iterator[str]:
    yield (
        f"{os.cpu_count()} cores, flwr {version('flwr')}, ray {version('ray')}, torch {version('torch')}; {_PATIENTS} "
        f"patients a hospital, seed 0, {_RUNS} runs of each engine in turns: the median, and in brackets the least and "
        "the greatest."
    )
    yield ""
    yield "| hospitals | rounds | engine | seconds | to our own | memory at most, all processes | same model |"
    yield "|---|---|---|---|---|---|---|"
    for hospitals, rounds in _SIZES[:1] if is_quick else _SIZES:
        yield from _rows(hospitals, rounds, 1 if is_quick else _RUNS)


def _rows(hospitals: int, rounds: int, runs: int) -> Iterator[str]:
    found: dict[EngineName, list[Measured]] = {engine: [] for engine in ENGINES}
    for _ in range(runs):
        for engine in ENGINES:
            found[engine].append(_measured(engine, hospitals, rounds))
    own = median(each.seconds for each in found["own"])
    digests = {each.sha256 for measured in found.values() for each in measured}
    same = "to the byte" if len(digests) == 1 else "NO"
    for engine, measured in found.items():
        seconds = middle([each.seconds for each in measured], ".1f")
        memory = middle([each.most_bytes / _MEBIBYTE for each in measured], ".0f")
        ratio = median(each.seconds for each in measured) / own
        yield f"| {hospitals:,} | {rounds} | {engine} | {seconds} | {ratio:.2f} | {memory} MiB | {same} |"


def _measured(engine: EngineName, hospitals: int, rounds: int) -> Measured:
    options = f"--hospitals {hospitals} --patients {_PATIENTS} --rounds {rounds} --seed 0".split()
    seen = watched([sys.executable, "-m", "benchmarks.engine_process", engine, *options])
    said = json.loads(seen.said)
    return Measured(said["seconds"], seen.most_bytes, said["sha256"])


if __name__ == "__main__":
    main()
