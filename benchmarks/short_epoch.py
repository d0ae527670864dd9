"""``fl-director`` and ``fl-envoy`` whose task trains one epoch of large batches a round, for what is beside training.

Usage: ``python -m benchmarks.short_epoch director|envoy ARGUMENTS``.
"""

import sys
from dataclasses import replace

from contract import tasks
from contract.tasks import TrainingPlan
from simulation.demonstration import DEMONSTRATION

SHORT_EPOCH = replace(
    DEMONSTRATION, training=TrainingPlan(optimizer="adam", learning_rate=1e-2, batch_size=256, local_epochs=1)
)
"""Its network is 1 → 32 → 16 → 3."""


def main() -> None:
    """Be the command that is named first."""
    tasks.BUILT_IN_TASKS[SHORT_EPOCH.name] = SHORT_EPOCH  # type: ignore[index]  # a plain dictionary underneath
    command = sys.argv.pop(1)
    if command == "director":
        from director.cli import main as command_line
    else:
        from envoy.cli import main as command_line
    command_line()


if __name__ == "__main__":
    main()
