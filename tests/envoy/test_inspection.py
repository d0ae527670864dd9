"""What a look at a hospital's tables finds."""

import numpy as np

from contract.tasks import DIAGNOSIS_COUNT
from envoy.cohort import Cohort
from envoy.inspection import Summary, leaks_of
from tests.envoy.own_table.heart import HEART


def of(labels: np.ndarray, age: np.ndarray) -> Cohort:
    raw = np.zeros((len(labels), len(HEART.features)))
    raw[:, 0] = age
    raw[:, 2] = 1.0
    return Cohort(np.arange(len(labels)) // 2, HEART.encode(raw), labels)


LABELS = (np.arange(60) < 30).astype(np.int64)


def test_a_leak_is_a_defect_of_the_inputs_own_column() -> None:
    defects, remarks = leaks_of(HEART, of(LABELS, LABELS * 1.0), "heart.csv")
    assert [(each.file, each.column, each.row, each.kind) for each in defects] == [("heart.csv", "age", None, "leak")]
    assert remarks == ()


def test_where_nothing_can_be_said_it_is_said_why() -> None:
    few = (np.arange(60) < 10).astype(np.int64)
    for labels, whom in ((few, "who have the outcome"), (1 - few, "who don't have it")):
        defects, (remark,) = leaks_of(HEART, of(labels, labels * 1.0), "heart.csv")
        assert (defects, remark.kind, remark.count) == ((), "too_few_outcomes", 10)
        assert whom in remark.sentence


def test_levels_have_no_events_and_no_such_leaks() -> None:
    cohort = Cohort(np.arange(3), np.ones((3, 1)), np.arange(3))
    assert leaks_of(DIAGNOSIS_COUNT, cohort, "x") == ((), ())
    assert Summary.of(DIAGNOSIS_COUNT, cohort, {}).events is None


def test_rows_patients_and_events_are_counted() -> None:
    assert Summary.of(HEART, of(LABELS, LABELS * 1.0), {"smoker": 0.5}) == Summary(
        60, 30, 30, {"smoker": 0.5}, {"without the outcome": 15, "with the outcome": 15}
    )
