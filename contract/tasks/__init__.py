"""The clinical tasks: features in order, outcome, risk levels, network and training plan of each."""

from contract.tasks.built_in import BUILT_IN_TASKS, DEFAULT_TASK, DIAGNOSIS_COUNT
from contract.tasks.feature import Column, Feature, in_row
from contract.tasks.plan import Outcome, Shares, TrainingPlan
from contract.tasks.task import RISK_LEVELS, RiskLevel, Task

__all__ = [
    "BUILT_IN_TASKS",
    "DEFAULT_TASK",
    "DIAGNOSIS_COUNT",
    "RISK_LEVELS",
    "Column",
    "Feature",
    "Outcome",
    "RiskLevel",
    "Shares",
    "Task",
    "TrainingPlan",
    "in_row",
]
