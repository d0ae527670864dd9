"""One run of one engine in a process of its own; prints seconds and the model's digest as JSON.

Usage: ``python -m benchmarks.engine_process own|flower --hospitals N --patients N --rounds N --seed N``.
"""

import argparse
import json

from simulation.demonstration import DEMONSTRATION
from simulation.engines import ENGINES, engine_named
from simulation.in_process import run_federation, synthetic_hospitals


def main() -> None:
    """Draw the hospitals, then run; drawing is not counted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=ENGINES)
    for name in ("hospitals", "patients", "rounds", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    hospitals = synthetic_hospitals(DEMONSTRATION, options.hospitals, options.patients, options.seed)
    engine = engine_named(options.engine)
    run = run_federation(DEMONSTRATION, hospitals, rounds=options.rounds, seed=options.seed, engine=engine)
    print(json.dumps({"seconds": run.seconds, "sha256": run.sha256}))


if __name__ == "__main__":
    main()
