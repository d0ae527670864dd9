"""``docs/tasks.md`` says what the code says: every key, class, quantity and outcome; its examples can be read."""

import json
import re
from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from contract.clinical.codes import CHAPTERS, COMORBIDITIES
from contract.clinical.quantities import KNOWN_AT, OUTCOMES, QUANTITIES, Availability, Kind
from contract.clinical.record import read_record
from contract.errors import InvalidInputError
from contract.names import TaskName
from contract.tasks import BUILT_IN_TASKS
from contract.tasks import task_file as files
from contract.tasks.records import raw_of_record
from contract.tasks.task_file import read_task_file
from tests.snippets.blocks import blocks_of, page_text

PAGE = page_text("docs/tasks.md")
BLOCKS = {block.language: block.text for block in blocks_of("docs/tasks.md", PAGE)}
MODELS: dict[str, type[BaseModel]] = {
    "The top": files.TaskFile,
    "`[[features]]`": files.FeatureInFile,
    "`[outcome]`": files.OutcomeInFile,
    "`[model]`": files.ModelInFile,
    "`[plan]`": files.PlanInFile,
    "`[split]`": files.SplitInFile,
    "`[risk]`": files.RiskInFile,
}
FAMILIES = {"charlson_": COMORBIDITIES, "chapter_": CHAPTERS}


def section(title: str) -> str:
    """Give what stands below a title, up to the next one of any rank."""
    found = re.search(rf"^#+ {re.escape(title)}\n(?P<text>.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, f"the page has no {title}"
    return found["text"]


def rows(title: str) -> list[list[str]]:
    """Give the cells of the tables of a section, without their headers."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rules = [place for place, row in enumerate(cells) if set("".join(row)) <= set("-:")]
    return [row for place, row in enumerate(cells) if place not in rules and place + 1 not in rules]


def words(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def default_in_words(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    if field.default is None:
        return "none"
    return f"`{field.default:_}`" if isinstance(field.default, int) else f"`{json.dumps(field.default)}`"


def quantities_of_page() -> Iterator[tuple[str, tuple[str, str, bool]]]:
    for name, availability, kind, absent, _ in rows("Quantities"):
        (word,) = words(name)
        said = (words(availability)[0], words(kind)[0], {"yes": True, "no": False}[absent])
        family = FAMILIES[word.removesuffix("…").removeprefix("stay_")] if word.endswith("…") else ("",)
        yield from ((f"{word.removesuffix('…')}{each}", said) for each in family)


@pytest.mark.parametrize("title", MODELS)
def test_the_page_names_every_key_in_its_order_with_its_default(title: str) -> None:
    fields = MODELS[title].model_fields
    told = [(words(key)[0], default) for key, _, default in rows(title)]
    assert told == [(name, default_in_words(field)) for name, field in fields.items()]


def test_every_part_of_a_file_has_a_section() -> None:
    parts = {each for each in vars(files).values() if isinstance(each, type) and issubclass(each, BaseModel)}
    assert {each for each in parts if each.__module__ == files.__name__ and each.model_fields} == set(MODELS.values())


@pytest.mark.parametrize(
    ("title", "key", "choices"),
    [
        *(("The top", key, files.TaskFile) for key in ("source", "out_of_bounds")),
        ("`[[features]]`", "kind", files.FeatureInFile),
        ("`[outcome]`", "kind", files.OutcomeInFile),
        ("`[model]`", "kind", files.ModelInFile),
        ("`[plan]`", "optimizer", files.PlanInFile),
    ],
)
def test_what_a_key_may_be_is_all_named(title: str, key: str, choices: type[BaseModel]) -> None:
    (says,) = [says for name, says, _ in rows(title) if words(name) == [key]]
    assert set(get_args(choices.model_fields[key].annotation)) <= set(words(says))


def test_every_class_is_named_with_the_index_times_that_allow_it() -> None:
    told = {words(name)[0]: set(words(allowed)) for name, _, allowed in rows("When a value is known")}
    allowed = {name: {index for index, known in KNOWN_AT.items() if name in known} for name in get_args(Availability)}
    assert told == allowed


def test_every_quantity_is_named_with_its_class_and_kind() -> None:
    known = {name: (each.availability, each.kind, each.may_be_absent) for name, each in QUANTITIES.items()}
    assert dict(quantities_of_page()) == known
    assert {kind for _, kind, _ in known.values()} <= set(get_args(Kind))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_groups_of_a_family_are_listed_with_their_number(family: str) -> None:
    (paragraph,) = [
        each for each in section("Quantities").split("\n\n") if f"Of `{family.removesuffix('_')}` there are" in each
    ]
    told = paragraph.partition("there are ")[2]
    assert told.split(maxsplit=1)[0].rstrip(",") == str(len(FAMILIES[family]))
    assert tuple(words(told)) == FAMILIES[family]


def test_every_outcome_is_named_with_its_index_time() -> None:
    told = {words(name)[0]: (words(index)[0], days == "yes") for name, index, days, _ in rows("Outcomes")}
    assert told == {name: (each.index, each.needs_days) for name, each in OUTCOMES.items()}


def test_the_ten_leaks_are_numbered() -> None:
    assert [number for number, *_ in rows("Leaks")] == [str(number) for number in range(1, 11)]


def test_the_built_in_tasks_are_named() -> None:
    assert {words(name)[0] for name, _ in rows("The built-in tasks")} == set(BUILT_IN_TASKS)


def test_the_example_is_a_task_with_the_columns_that_the_page_names() -> None:
    task = read_task_file(BLOCKS["toml"].encode())
    named = {word for _, says in rows("What the model sees") for word in words(says)} - {"missing"}
    assert named <= set(task.column_names)
    assert len(named) == 4


@pytest.mark.parametrize("name", ["mortality_in_hospital", "long_stay_7d"])
def test_the_record_is_one_that_tasks_at_admission_can_read(name: str) -> None:
    task = BUILT_IN_TASKS[TaskName(name)]
    raw, unknown_codes = raw_of_record(task, json.loads(BLOCKS["json"]))
    found = dict(zip((feature.name for feature in task.features), raw, strict=True))
    assert (found["earlier_admissions"], found["earlier_diagnoses"], found["charlson_heart_failure"]) == (1, 2, 1)
    assert (found["age"], unknown_codes) == (71, 0)


def test_a_record_may_hold_what_the_page_says_and_nothing_else() -> None:
    top, admission, diagnosis = (words(says) for _, says in rows("A record, for `/infer`"))
    stay = {**dict.fromkeys(admission), "admitted": "2196-02-24"}
    code = {"icd_code": "I10", "icd_version": 10}
    assert set(diagnosis) == set(code)
    read_record({**dict.fromkeys(top), "admissions": [{**stay, "diagnoses": [code]}]})
    refusals = []
    for wrong in ({"x": 1}, {"admissions": [{**stay, "x": 1}]}, {"admissions": [{**stay, "diagnoses": [{"x": 1}]}]}):
        with pytest.raises(InvalidInputError, match="unknown x") as refusal:
            read_record(wrong)
        refusals.append(refusal.value.hint)
    assert refusals == [f"It may have {', '.join(keys)}." for keys in (top, admission, diagnosis)]
