"""Inputs that tell the outcome too well to be honest."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.tasks import DIAGNOSIS_COUNT, Feature, Task
from envoy.cohort import Cohort
from envoy.leak_probes import HIGHEST_HONEST, can_be_judged, lower_bound, separating
from tests.envoy.own_table.heart import HEART

AGE, SEX, CREATININE, SMOKER, VISITS = range(5)


def cohort(task: Task, labels: np.ndarray, planted: Mapping[str, np.ndarray]) -> Cohort:
    """Make a cohort of noise, with the raw numbers of some features planted."""
    made = np.random.default_rng(0)

    def noise(feature: Feature) -> np.ndarray:
        if feature.kind == "category":
            return made.integers(0, len(feature.categories), len(labels)).astype(float)
        return made.uniform(feature.minimum, feature.maximum, len(labels))

    raw = np.stack([planted[each.name] if each.name in planted else noise(each) for each in task.features], axis=1)
    return Cohort(made.permutation(len(labels)), task.encode(raw), labels.astype(np.int64))


LABELS = np.arange(400) % 4 == 0


def found(task: Task, **planted: np.ndarray) -> list[tuple[str, str]]:
    return [(each.feature.name, each.by) for each in separating(task, cohort(task, LABELS, planted))]


def test_noise_is_honest() -> None:
    assert found(HEART) == []


@pytest.mark.parametrize("sign", [1, -1])
def test_the_outcome_under_another_name_is_found_in_both_directions(sign: int) -> None:
    told = 50 + sign * 10.0 * LABELS + np.random.default_rng(1).normal(0, 2, 400)
    assert found(HEART, age=told) == [("age", "its value")]


def test_a_value_that_is_missing_where_it_happened_is_found() -> None:
    creatinine = np.where(LABELS, np.nan, np.random.default_rng(2).uniform(0.5, 2, 400))
    assert ("creatinine", "that it is missing") in found(HEART, creatinine=creatinine)


def many(categories: int) -> Task:
    sex = replace(HEART.features[SEX], categories=tuple(f"c{number}" for number in range(categories)))
    features = (HEART.features[AGE], sex, *HEART.features[2:])
    return replace(HEART, features=features)


def test_a_category_is_found_where_no_single_one_of_it_tells() -> None:
    place = np.random.default_rng(3).integers(0, 5, 400) + 5 * LABELS
    assert found(many(10), sex=place) == [("sex", "its value")]


def test_many_rare_categories_that_say_nothing_are_honest() -> None:
    assert found(many(390), sex=np.random.default_rng(4).permutation(400) % 390) == []


@given(st.integers(0, 40), st.integers(0, 40))
def test_with_fewer_than_eleven_of_either_nothing_is_said(events: int, others: int) -> None:
    labels = np.array([1] * events + [0] * others)
    made = cohort(HEART, labels, {"age": 18.0 + labels})
    assert can_be_judged(made) == (events >= 11 and others >= 11)
    assert bool(separating(HEART, made)) == can_be_judged(made)


def test_a_task_of_levels_is_not_looked_at() -> None:
    made = Cohort(np.arange(40), np.arange(40.0)[:, None], np.arange(40) % 2)
    assert separating(DIAGNOSIS_COUNT, made) == ()


def test_the_lower_bound_is_hanley_and_mcneils() -> None:
    # their table I: an area of .893 over 51 abnormal and 58 normal images has a standard error of .032
    assert (0.893 - lower_bound(0.893, 51, 58)) / 1.96 == pytest.approx(0.032, abs=1e-3)
    assert lower_bound(1.0, 11, 11) == 1.0
    assert lower_bound(0.95, 11, 11) < HIGHEST_HONEST < lower_bound(0.95, 300, 300)
