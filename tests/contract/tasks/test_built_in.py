"""The tasks that every installation has; digests are in the records of all that ever trained for one."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from contract.messages.tasks import TaskDescription
from contract.names import TaskName
from contract.tasks import BUILT_IN_TASKS, DEFAULT_TASK, DIAGNOSIS_COUNT
from contract.tasks.soundness import mistakes_of

ROOT = Path(__file__).parents[3]
PRODUCT = ("aggregation", "analyst", "contract", "director", "envoy", "flower_apps")
AROUND_IT = ("benchmarks", "examples", "fuzz", "simulation")

CATALOGUE = {"contract/tasks/built_in.py", "contract/tasks/__init__.py"}
DEFAULTS_OF_INTERFACES = {
    "aggregation/script/options.py",
    "analyst/client.py",
    "contract/messages/base.py",
    "director/api/examples.py",
    "director/api/guard.py",
    "director/assembly.py",
    "director/cli/program.py",
    "envoy/settings.py",
}
"""Where who knows of no other task than the first names none: what was written for the version before goes on."""

DEMONSTRATIONS = {"simulation/demonstration.py"}
"""Where the experiments and measurements that are about the demonstration have it from."""


def named_in(source: str) -> Iterator[str]:
    """Give the names, and the texts that are nothing else, in a module."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name) | ast.Constant(value=str(name)):
                yield name


def modules_that_name(name: str, packages: tuple[str, ...]) -> set[str]:
    files = (path for package in packages for path in (ROOT / package).rglob("*.py"))
    texts = ((path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in files)
    return {path for path, text in texts if name in text and name in named_in(text)}


def test_the_definition_of_the_demonstration_never_changes() -> None:
    """Another digest would be another task: no model that was trained for this one could be used any longer."""
    assert DIAGNOSIS_COUNT.digest == "0d63595eb66f60694a403ea14f963d8192dee319db60317fb4ad53f7476603cd"


def test_nor_does_one_with_cut_points_that_a_consortium_moved() -> None:
    moved = replace(DIAGNOSIS_COUNT, cut_points=(3, 9.5))
    assert moved.digest == "963e7101f1af8446e2fcbbf23fef483549b6f7ddc69d32b63d9cb60096c341f1"


def test_a_party_of_the_version_before_is_told_no_field_that_it_does_not_know() -> None:
    known = {"name", "title", "notice", "features", "label", "risk_levels", "cut_points", "architecture", "layout"}
    known |= {"training", "initial_seed", "minimum_examples", "maximum_examples", "digest"}
    said = TaskDescription.of(DIAGNOSIS_COUNT).model_dump(mode="json")
    assert said.keys() == known
    assert said["features"][0].keys() == {"name", "unit", "source", "kind", "minimum", "maximum"}
    assert said["training"].keys() == {"optimizer", "learning_rate", "batch_size", "local_epochs"}


def test_what_is_meant_where_nothing_is_named_is_the_demonstration() -> None:
    assert BUILT_IN_TASKS[TaskName("diagnosis_count")] is DIAGNOSIS_COUNT
    assert DEFAULT_TASK == "diagnosis_count"


def test_no_other_module_knows_of_one_task_more_than_of_another() -> None:
    assert modules_that_name("DIAGNOSIS_COUNT", PRODUCT + AROUND_IT) == CATALOGUE | DEMONSTRATIONS
    assert modules_that_name("DEFAULT_TASK", PRODUCT + AROUND_IT) == CATALOGUE | DEFAULTS_OF_INTERFACES
    assert modules_that_name("diagnosis_count", PRODUCT) == {"contract/tasks/built_in.py"}


@pytest.mark.parametrize(
    "source",
    ["from contract.tasks import THIS as ours", "tasks.THIS", "print(THIS)", "tasks['THIS']", "__all__ = ['THIS']"],
)
def test_a_module_that_names_a_task_is_seen(source: str) -> None:
    assert "THIS" in set(named_in(source))


@pytest.mark.parametrize("task", BUILT_IN_TASKS.values(), ids=BUILT_IN_TASKS)
def test_each_stands_under_its_name_and_makes_sense(task) -> None:
    assert BUILT_IN_TASKS[task.name] is task
    assert mistakes_of(task) == []
