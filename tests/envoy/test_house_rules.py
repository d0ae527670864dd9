"""What this hospital lets a director ask of it."""

from dataclasses import replace
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.messages.tasks import TaskDescription
from contract.names import TaskName
from contract.network import ArchitectureSpec
from contract.tasks import DIAGNOSIS_COUNT, Shares, Task, TrainingPlan
from envoy.errors import PolicyError
from envoy.house_rules import USUAL_RULES, HouseRules, agreed_task, in_words, known_task, needs_a_word, require_sane
from tests.envoy.own_table.heart import HEART

NAME = DIAGNOSIS_COUNT.name
MOVED = replace(DIAGNOSIS_COUNT, cut_points=(3.0, 9.0))


def planned(**changes: float) -> Task:
    plan: TrainingPlan = replace(DIAGNOSIS_COUNT.training, **changes)  # type: ignore[arg-type]  # hostile values
    return replace(DIAGNOSIS_COUNT, training=plan)


def of_steps(steps: int) -> Task:
    return replace(HEART, training=replace(HEART.training, local_epochs=None, local_steps=steps))


def test_a_built_in_task_is_known_and_moved_cut_points_are_when_accepted() -> None:
    assert agreed_task(TaskDescription.of(DIAGNOSIS_COUNT), NAME, USUAL_RULES, ()) == DIAGNOSIS_COUNT
    assert agreed_task(TaskDescription.of(MOVED), NAME, USUAL_RULES, {MOVED.digest}) == MOVED
    with pytest.raises(PolicyError, match="to 3 and 9; this envoy knows 5 and 15") as refused:
        agreed_task(TaskDescription.of(MOVED), NAME, USUAL_RULES, {DIAGNOSIS_COUNT.digest})
    assert refused.value.hint.endswith("fl-envoy task accept diagnosis_count")


def test_a_task_under_another_name_than_asked_for_is_refused() -> None:
    with pytest.raises(PolicyError, match="Asked for task other, the director gives diagnosis_count"):
        known_task(TaskDescription.of(DIAGNOSIS_COUNT), TaskName("other"), USUAL_RULES)


def test_a_task_of_the_consortiums_own_is_trained_for_once_its_digest_is_accepted() -> None:
    said = TaskDescription.of(HEART)
    assert known_task(said, HEART.name, USUAL_RULES) == HEART
    with pytest.raises(PolicyError, match="Nobody here has accepted the task heart") as refused:
        agreed_task(said, HEART.name, USUAL_RULES, {DIAGNOSIS_COUNT.digest})
    assert refused.value.hint.endswith("fl-envoy task accept heart")
    assert agreed_task(said, HEART.name, USUAL_RULES, {HEART.digest}) == HEART
    another = replace(HEART, cut_points=(0.2, 0.3))
    with pytest.raises(PolicyError, match="Nobody here has accepted"):
        agreed_task(TaskDescription.of(another), HEART.name, USUAL_RULES, {HEART.digest})


def test_only_what_every_installation_knows_needs_no_word() -> None:
    assert [needs_a_word(task) for task in (DIAGNOSIS_COUNT, MOVED, HEART)] == [False, True, True]


def test_a_task_that_makes_no_sense_is_refused_with_its_first_mistakes_whatever_was_accepted() -> None:
    age = HEART.features[0]
    hostile = replace(age, name="\x1b[2J", availability="at_discharge")
    leaking = replace(HEART, features=(age, age, hostile, *HEART.features[3:]), outcome=replace(HEART.outcome, days=3))
    with pytest.raises(PolicyError, match="makes no sense") as refused:
        agreed_task(TaskDescription.of(leaking), HEART.name, USUAL_RULES, {leaking.digest})
    assert "its name is there 2 times" in refused.value.sentence
    assert "\x1b" not in refused.value.sentence
    assert len(refused.value.sentence) < 600


def test_acceptance_covers_cut_points_alone() -> None:
    less = replace(MOVED, minimum_examples=1)
    with pytest.raises(PolicyError, match="its minimum_examples is 1 there and 10 here"):
        agreed_task(TaskDescription.of(less), NAME, USUAL_RULES, {less.digest})


def test_what_differs_inside_of_a_part_is_named_by_its_place() -> None:
    wide = replace(DIAGNOSIS_COUNT, features=(replace(DIAGNOSIS_COUNT.features[0], maximum=1e9),))
    with pytest.raises(PolicyError, match=r"its features 1\.maximum is 1000000000\.0 there and 100000\.0 here"):
        known_task(TaskDescription.of(wide), NAME, USUAL_RULES)


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        (planned(learning_rate=nan), "a learning rate of nan"),
        (planned(learning_rate=inf), "a learning rate of inf"),
        (planned(learning_rate=1e308), "a learning rate of 1e"),
        (planned(learning_rate=0.0), "a learning rate of 0"),
        (planned(learning_rate=-0.1), "a learning rate of -0.1"),
        (planned(batch_size=0), "batches of 0"),
        (planned(batch_size=10**9), "batches of 1000000000"),
        (planned(local_steps=5), "both epochs and steps"),
        (replace(HEART, training=replace(HEART.training, local_epochs=None)), "both epochs and steps, or neither"),
        (of_steps(10**9), "allows 100,000,000 rows"),
        (of_steps(0), "0 steps"),
        (planned(weight_decay=nan), "a weight decay of nan"),
        (planned(weight_decay=-1.0), "a weight decay of -1"),
        (planned(patience=0), "a patience of 0"),
        (replace(HEART, shares=Shares(0.9, 0.1)), "a part of the patients"),
        (replace(HEART, shares=Shares(nan, 0.1)), "a part of the patients"),
        (replace(HEART, initial_seed=-1), "a seed"),
        (planned(local_epochs=0), "0 local epochs"),
        (planned(local_epochs=-1), "-1 local epochs"),
        (planned(local_epochs=1001), "ENVOY_MAX_EPOCHS is 1,000"),
        (replace(DIAGNOSIS_COUNT, cut_points=(nan, 5.0)), "finite numbers"),
        (replace(DIAGNOSIS_COUNT, cut_points=(5.0, inf)), "finite numbers"),
        (replace(DIAGNOSIS_COUNT, cut_points=()), "cut points none"),
        (replace(DIAGNOSIS_COUNT, cut_points=(5.0, 5.0)), "do not rise"),
        (replace(DIAGNOSIS_COUNT, architecture=ArchitectureSpec(1, (10**9,), 3)), "a network beyond"),
        (replace(DIAGNOSIS_COUNT, architecture=ArchitectureSpec(1, (-5,), 3)), "a network beyond"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(task: Task, sentence: str) -> None:
    with pytest.raises(PolicyError, match="asks for") as refused:
        require_sane(task, USUAL_RULES)
    assert sentence in refused.value.sentence


@given(st.integers(1, 10_000), st.integers(1, 10_000), st.integers(0, 10_000))
def test_neither_the_director_nor_the_task_lowers_the_hospitals_minimum(task: int, ours: int, found: int) -> None:
    rules, asked = HouseRules(minimum_examples=ours), replace(DIAGNOSIS_COUNT, minimum_examples=task)
    if found >= max(task, ours):
        rules.require_enough(asked, found)
    else:
        with pytest.raises(PolicyError, match=f"{found} patients"):
            rules.require_enough(asked, found)


def test_cut_points_are_written_for_a_person() -> None:
    assert (in_words((5.0, 15.5)), in_words(())) == ("5 and 15.5", "none")


@pytest.mark.parametrize("points", [tuple(map(float, range(100_000))), (1e300, 1e-300)])
def test_a_refusal_is_short_however_much_a_director_says(points: tuple[float, ...]) -> None:
    with pytest.raises(PolicyError) as refused:
        require_sane(replace(DIAGNOSIS_COUNT, cut_points=points), USUAL_RULES)
    assert len(refused.value.sentence) < 300
