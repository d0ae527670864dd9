"""A lesson: the same patients, hospital and round give the same bytes, and each of what it names changes them."""

from dataclasses import replace

import numpy as np
import pytest

from contract.artifacts.model_file import write_model
from contract.names import EnvoyName
from contract.tasks import DIAGNOSIS_COUNT
from envoy.cohort import Cohort, Split
from envoy.lesson import Lesson

COUNTS = np.arange(40, dtype=np.float64)
COHORT = Cohort(np.arange(1, 41), COUNTS[:, np.newaxis], DIAGNOSIS_COUNT.level_indices(COUNTS))
SPLIT = Split(COHORT, COHORT)
LESSON = Lesson(
    DIAGNOSIS_COUNT,
    DIAGNOSIS_COUNT.initial_state(),
    DIAGNOSIS_COUNT.fit_scaler(COHORT.features),
    seed=7,
    number=1,
    proximal=0.0,
)


def learned(lesson: Lesson = LESSON, envoy: str = "KNH") -> bytes:
    return write_model(lesson.learned_by(EnvoyName(envoy), SPLIT).state, lesson.task.layout)


def test_the_same_lesson_gives_the_same_bytes_validated_or_not():
    unwatched = LESSON.learned_by(EnvoyName("KNH"), SPLIT, validates=False)
    assert learned() == learned() == write_model(unwatched.state, DIAGNOSIS_COUNT.layout)


@pytest.mark.parametrize("changed", [{"seed": 8}, {"number": 2}, {"proximal": 1.0}])
def test_another_seed_round_or_pull_gives_another_model(changed: dict):
    assert learned(replace(LESSON, **changed)) != learned()


def test_each_hospital_has_an_order_of_its_own():
    assert learned(envoy="MTRH") != learned()


def test_each_epoch_is_told_and_the_log_names_the_seed():
    told: list[int] = []
    trained = LESSON.learned_by(EnvoyName("KNH"), SPLIT, told.append)
    assert told == list(range(1, DIAGNOSIS_COUNT.training.epochs(len(COHORT)) + 1))
    assert {line["seed"] for line in trained.log} == {7}
