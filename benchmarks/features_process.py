"""Make the features of the tables in this folder, in a process and on a core of its own, and print figures as JSON.

Usage: ``python -m benchmarks.features_process ours|pandas``.
"""

import json
import os
import sys
import time
from pathlib import Path

from benchmarks.program import memory_of
from contract.names import TaskName
from contract.tasks import BUILT_IN_TASKS

TASK = BUILT_IN_TASKS[TaskName("mortality_in_hospital")]


def main() -> None:
    """Measure and print: seconds, bytes at the peak, rows, and the sum of each column."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    os.environ["POLARS_MAX_THREADS"] = "1"  # it would start as many as the machine has cores
    act = _ours if sys.argv[1] == "ours" else _pandas
    began = time.process_time()
    rows, sums = act()
    seconds = time.process_time() - began
    print(json.dumps({"seconds": seconds, "bytes": memory_of("self", "VmHWM"), "rows": rows, "sums": sums}))


def _ours() -> tuple[int, list[float]]:
    from envoy.reading import read_cohort  # importing it is part of what is waited for

    cohort = read_cohort(TASK, Path())
    return len(cohort), cohort.features.sum(axis=0).tolist()


def _pandas() -> tuple[int, list[float]]:
    from benchmarks.plain_pandas import plain_features

    features = plain_features(Path(), TASK)
    return len(features), features.to_numpy().sum(axis=0).tolist()


if __name__ == "__main__":
    main()
