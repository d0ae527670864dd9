"""The task that the experiments here are about where they name none: the demonstration, whose label all can compute."""

from contract.tasks import DIAGNOSIS_COUNT

DEMONSTRATION = DIAGNOSIS_COUNT
"""Its hospitals can be drawn (``simulation.consortium``), and what a perfect model answers is known."""
