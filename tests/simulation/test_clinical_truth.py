import numpy as np

from simulation.clinical_consortium import TASK
from simulation.clinical_truth import INTERCEPT, LOG_ODDS, log_odds


def test_the_law_speaks_of_columns_of_the_task_alone() -> None:
    assert LOG_ODDS.keys() <= set(TASK.column_names)


def test_each_column_adds_its_own_and_the_others_nothing() -> None:
    one_each = np.eye(len(TASK.columns))
    found = log_odds(TASK, one_each) - INTERCEPT
    assert found.tolist() == [np.float64(LOG_ODDS.get(name, 0.0)) + INTERCEPT - INTERCEPT for name in TASK.column_names]
