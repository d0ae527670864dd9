"""``python -m benchmarks.tracked_points URL EXPERIMENT``: count what is in an MLflow, through its own client."""

import json
import sys
from collections import Counter

from director.tracking.mlflow_door import new_client


def main() -> None:
    """Print the rounds of all runs, their points, and how many stand there more than once."""
    client, points = new_client(sys.argv[1]), Counter[tuple[str, str, int]]()
    experiment = client.get_experiment_by_name(sys.argv[2])
    rounds = 0
    for run in client.search_runs([experiment.experiment_id], max_results=10_000) if experiment else []:
        for key in run.data.metrics:
            history = client.get_metric_history(run.info.run_id, key)
            points.update((run.data.tags["fl.key"], key, each.step) for each in history)
        if "mlflow.parentRunId" not in run.data.tags:
            rounds += len({each.step for each in client.get_metric_history(run.info.run_id, "n")})
    twice = sum(times - 1 for times in points.values())
    sys.stdout.write(json.dumps({"rounds": rounds, "points": points.total(), "twice": twice}) + "\n")


if __name__ == "__main__":
    main()
