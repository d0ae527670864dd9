"""The published truth of the synthetic consortium: how likely a death in hospital is, by what is recorded of it.

Log-odds are linear in columns of the task ``mortality_in_hospital``, so a logistic model can learn all there is to
learn, and what nobody can do better than is known: the *oracle*, which answers by this law. Invented: the signs are
plausible, the sizes say nothing of any patient.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from contract.network import Matrix
from contract.tasks import Task

INTERCEPT = -5.4
LOG_ODDS: Mapping[str, float] = {
    "age": 0.032,
    "sex=M": 0.12,
    "admissions_6_months": 0.16,
    "previous_stay_days": 0.02,
    "emergency_share": 0.25,
    "admission_type=EW EMER.": 0.55,
    "admission_type=DIRECT EMER.": 0.6,
    "admission_type=URGENT": 0.8,
    "admission_type=ELECTIVE": -0.7,
    "admission_type=SURGICAL SAME DAY ADMISSION": -0.9,
    "admission_location=TRANSFER FROM HOSPITAL": 0.5,
    "charlson_myocardial_infarction": 0.2,
    "charlson_heart_failure": 0.45,
    "charlson_cerebrovascular": 0.3,
    "charlson_dementia": 0.4,
    "charlson_chronic_pulmonary": 0.2,
    "charlson_renal": 0.35,
    "charlson_cancer": 0.5,
    "charlson_severe_liver": 0.9,
    "charlson_metastatic_cancer": 1.2,
    "charlson_diabetes": 0.1,
    "chapter_infectious": 0.3,
    "chapter_respiratory": 0.25,
    "chapter_pregnancy": -1.0,
}
"""Column → log-odds a unit; all others say nothing."""


def log_odds(task: Task, encoded: Matrix) -> NDArray[np.float64]:
    """Give the true log-odds of rows × columns of the task."""
    weights = np.array([LOG_ODDS.get(name, 0.0) for name in task.column_names])
    found: NDArray[np.float64] = INTERCEPT + encoded @ weights
    return found
