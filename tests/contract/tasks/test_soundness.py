"""Whether a task makes sense."""

from dataclasses import replace
from typing import Any

import pytest

from contract.names import TaskName
from contract.network import ArchitectureSpec
from contract.tasks import BUILT_IN_TASKS, DIAGNOSIS_COUNT, Feature, Outcome, Task
from contract.tasks.soundness import mistakes_of
from contract.tasks.task_file import read_task_file
from tests.contract.tasks.task_files import HEART

OF_A_TABLE = read_task_file(HEART.encode())
AGE = Feature("age", "years", "age", "number", 0, 120, availability="static")
DEATHS = replace(
    OF_A_TABLE,
    source="mimic-iv",
    index="admission",
    allows=("static", "at_admission", "history"),
    exclusions=(),
    outcome=Outcome("binary", "died_in_hospital"),
    features=(AGE,),
    architecture=ArchitectureSpec(1, (), 1),
)


def with_feature(task: Task, feature: Feature) -> Task:
    features = (*task.features, feature)
    inputs = sum(len(each.columns) for each in features)
    return replace(task, features=features, architecture=replace(task.architecture, input_size=inputs))


def test_tasks_that_make_sense_have_no_mistake() -> None:
    assert [mistakes_of(task) for task in (DIAGNOSIS_COUNT, OF_A_TABLE, DEATHS)] == [[], [], []]


@pytest.mark.parametrize(
    ("feature", "named"),
    [
        (Feature("count", "", "stay_diagnoses", "count", 0, 99, "post_discharge_coded"), "the task allows"),
        (Feature("count", "", "stay_diagnoses", "count", 0, 99, "history"), "is post_discharge_coded, not history"),
        (Feature("days", "days", "length_of_stay", "number", 0, 999, "at_discharge"), "the task allows"),
        (Feature("days", "days", "length_of_stay", "number", 0, 999, "at_admission"), "is at_discharge"),
        (Feature("frailty", "", "hospital_expire_flag", "flag", 0, 1, "static"), "is the outcome itself"),
        (Feature("hours", "", "admissions.deathtime", "number", 0, 1, "history"), "is the outcome itself"),
        (Feature("gait", "", "admissions_of_ever", "count", 0, 9, "history"), "no quantity"),
        (Feature("earlier", "", "earlier_admissions", "number", 0, 99, "history"), "is a count, not a number"),
        (Feature("pause", "days", "days_since_discharge", "number", 0, 9999, "history"), "may be missing"),
        (Feature("age", "years", "age", "number", 0, 120, availability="static"), "is there 2 times"),
    ],
)
def test_an_input_that_leaks_or_is_none_is_named(feature: Feature, named: str) -> None:
    found = mistakes_of(with_feature(DEATHS, feature))
    assert any(feature.name in each and named in each for each in found)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"index": "discharge"}, "died_in_hospital is looked for from admission on"),
        ({"index": "birth"}, "index: "),
        ({"outcome": Outcome("binary", "recovered")}, "outcome.source: is none of"),
        ({"outcome": Outcome("binary", "died_in_hospital", 30)}, "outcome.days"),
        ({"outcome": Outcome("binary", "stayed_longer")}, "outcome.days: stayed_longer needs them"),
        ({"allows": ("static", "at_discharge")}, "at_discharge is not known at admission"),
        ({"shares": None}, "split: "),
        ({"architecture": ArchitectureSpec(2, (), 1)}, "model: its inputs"),
        ({"architecture": ArchitectureSpec(1, (), 3)}, "model: its outputs"),
        ({"minimum_examples": 20_000_000}, "minimum_examples: "),
    ],
)
def test_parts_that_do_not_fit_together_are_named(changes: dict[str, Any], named: str) -> None:
    assert any(named in each for each in mistakes_of(replace(DEATHS, **changes)))


AT_ADMISSION = BUILT_IN_TASKS[TaskName("mortality_in_hospital")]
WHERE_TO = Feature("where_to", "none", "discharge_location", "category", 0, 1, "at_discharge", "HOME", ("DIED", "HOME"))
LEAKS: dict[str, tuple[Feature, str]] = {
    "this stay's diagnoses": (
        Feature("shock", "0 or 1", "stay_charlson_heart_failure", "flag", 0, 1, "post_discharge_coded"),
        "its availability is post_discharge_coded, and the task allows static, at_admission, history",
    ),
    "this stay's diagnoses, called history": (
        Feature("shock", "0 or 1", "stay_chapter_circulatory", "flag", 0, 1, "history"),
        "stay_chapter_circulatory is post_discharge_coded, not history",
    ),
    "the length of stay": (
        Feature("days", "days", "length_of_stay", "number", 0, 4000, "at_discharge"),
        "its availability is at_discharge, and the task allows",
    ),
    "where the patient went": (WHERE_TO, "its availability is at_discharge, and the task allows"),
    "where the patient went, called known at admission": (
        replace(WHERE_TO, availability="at_admission"),
        "discharge_location is at_discharge, not at_admission",
    ),
    "the flag of death under another name": (
        Feature("frailty", "0 or 1", "hospital_expire_flag", "flag", 0, 1, "static"),
        "hospital_expire_flag is the outcome itself, under whatever name",
    ),
    "the time of death under another name": (
        Feature("hours", "hours", "Admissions.DEATHTIME", "number", 0, 9999, "at_admission"),
        "deathtime is the outcome itself, under whatever name",
    ),
    "the day of death under another name": (
        Feature("last_seen", "days", "patients: dod", "number", 0, 9999, "history"),
        "dod is the outcome itself, under whatever name",
    ),
}


@pytest.mark.parametrize(("feature", "says"), LEAKS.values(), ids=LEAKS)
def test_each_leak_planted_in_a_sound_task_is_named(feature: Feature, says: str) -> None:
    assert mistakes_of(AT_ADMISSION) == []
    assert any(
        f"features ({feature.name}): {says}" in each for each in mistakes_of(with_feature(AT_ADMISSION, feature))
    )


def test_allowing_a_class_that_is_not_known_at_the_index_time_helps_no_leak() -> None:
    allowing = replace(with_feature(AT_ADMISSION, WHERE_TO), allows=(*AT_ADMISSION.allows, "at_discharge"))
    assert mistakes_of(allowing) == ["availability: at_discharge is not known at admission"]
