"""The clinical tasks: features in order, label, risk levels, cut points, network and training plan of each."""

from collections.abc import Mapping

from contract.names import TaskName
from contract.tasks.diagnosis_count import DIAGNOSIS_COUNT
from contract.tasks.task import RISK_LEVELS, Feature, RiskLevel, Task, TrainingPlan, in_row

__all__ = [
    "BUILT_IN_TASKS",
    "DIAGNOSIS_COUNT",
    "RISK_LEVELS",
    "Feature",
    "RiskLevel",
    "Task",
    "TrainingPlan",
    "in_row",
]

BUILT_IN_TASKS: Mapping[TaskName, Task] = {task.name: task for task in (DIAGNOSIS_COUNT,)}
