"""``python -m benchmarks``: measure, print, and after a full run write ``docs/benchmarks.md``."""

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks import (
    aggregation,
    batch,
    dashboard,
    features,
    flower_rounds,
    infer,
    memory,
    reading,
    rounds,
    simulated,
    startup,
    tracking,
)
from benchmarks.federation import Federation, found
from benchmarks.report import Figure, as_document, as_text

DOCUMENT = Path("docs/benchmarks.md")
OF_A_FEDERATION: Mapping[str, Callable[..., Figure]] = {
    "infer": infer.measure,
    "batch": batch.measure,
    "startup": startup.measure,
    "memory": memory.measure,
    "reading": reading.measure,
}
EXIT_STOPPED = 143
NAMES = (*OF_A_FEDERATION, "dashboard", "rounds", "tracking", "simulated", "flower", "aggregation", "features")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the result is its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the director.")
    parser.add_argument("--only", choices=NAMES, action="append", help="one figure; may be given many times")
    parser.add_argument("--quick", action="store_true", help="a smoke run of seconds, whose numbers mean nothing")
    options = parser.parse_args(arguments)
    figures = []
    with tempfile.TemporaryDirectory(prefix="fl-benchmarks-", ignore_cleanup_errors=True) as folder:
        for figure in _measured(options.only or NAMES, Path(folder), is_quick=options.quick):
            print(as_text(figure), flush=True)
            figures.append(figure)
    if not options.only and not options.quick:
        DOCUMENT.write_text(as_document(figures), encoding="utf-8")
        print(f"wrote {DOCUMENT}")
    return 0


def _measured(names: Sequence[str], folder: Path, *, is_quick: bool) -> Iterator[Figure]:
    federation: Federation | None = None
    by_itself: Mapping[str, Callable[..., Figure]] = {
        "rounds": partial(rounds.measure, folder / "rounds"),
        "tracking": partial(tracking.measure, folder / "tracking"),
        "simulated": partial(simulated.measure, folder / "compiled"),
        "flower": partial(flower_rounds.measure, folder / "flower"),
        "aggregation": partial(aggregation.measure, folder / "models"),
        "features": partial(features.measure, folder / "tables"),
    }
    for name in names:
        if name == "dashboard":
            federation = federation or found(folder / "federation")
            yield dashboard.measure(federation, folder / "crowded", is_quick=is_quick)
            continue
        if name in by_itself:
            yield by_itself[name](is_quick=is_quick)
            continue
        federation = federation or found(folder / "federation")
        yield partial(OF_A_FEDERATION[name], federation)(is_quick=is_quick)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_STOPPED))  # servers are ended, folders removed
    sys.exit(main())
