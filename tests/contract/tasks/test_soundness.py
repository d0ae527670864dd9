"""Whether a task makes sense."""

from dataclasses import replace

import pytest

from contract.network import ArchitectureSpec
from contract.tasks import DIAGNOSIS_COUNT, Feature, Outcome, Task
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
def test_parts_that_do_not_fit_together_are_named(changes: dict[str, object], named: str) -> None:
    assert any(named in each for each in mistakes_of(replace(DEATHS, **changes)))  # type: ignore[arg-type]
