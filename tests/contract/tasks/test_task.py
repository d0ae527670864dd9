import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import ExamplesOutOfBoundsError, InvalidInputError
from contract.messages.tasks import TaskDescription
from contract.tasks import DIAGNOSIS_COUNT, RISK_LEVELS, Feature, Task

TWO_FEATURES = dataclasses.replace(
    DIAGNOSIS_COUNT,
    features=(
        Feature("age", "years", "patients: anchor_age", "number", 18, 120),
        Feature("stays", "admissions", "admissions: rows", "count", 0, 1000),
    ),
)


def described(task: Task) -> TaskDescription:
    own = {name: getattr(task, name) for name in Task.__dataclass_fields__}
    return TaskDescription(**own, risk_levels=RISK_LEVELS, layout=task.layout, digest=task.digest)


def test_features_stand_in_the_tasks_order_whatever_the_senders():
    assert TWO_FEATURES.vectorise({"stays": 3, "age": 40.5}).tolist() == [40.5, 3.0]


@pytest.mark.parametrize("value", [True, "5", None, [5], {}, math.nan, math.inf, -1, 1.5, 100_001, 10**400])
def test_a_value_that_is_no_count_is_refused(value: object):
    with pytest.raises(InvalidInputError) as refusal:
        DIAGNOSIS_COUNT.vectorise({"diagnosis_count": value})
    assert refusal.value.facts["feature"] == "diagnosis_count"
    assert refusal.value.hint


@pytest.mark.parametrize("inputs", [{}, {"age": 40}, {"age": 40, "stays": 1, "more": 2}, {"age": 40, "more": 2}])
def test_other_features_than_the_tasks_are_refused(inputs: dict[str, object]):
    with pytest.raises(InvalidInputError, match=r"lacks|unknown"):
        TWO_FEATURES.vectorise(inputs)


@given(st.integers(0, 100_000))
def test_every_count_is_taken_and_labelled_by_the_cut_points(count: int):
    assert DIAGNOSIS_COUNT.vectorise({"diagnosis_count": count}).tolist() == [float(count)]
    level = RISK_LEVELS[DIAGNOSIS_COUNT.level_indices(np.array([float(count)]))[0]]
    assert level == ("low" if count < 5 else "medium" if count < 15 else "high")


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True) | st.integers(-5, 200_000), min_size=1, max_size=20))
def test_a_column_is_judged_as_its_values_one_by_one(values: list[float]):
    def verdict(check) -> bool:
        try:
            check()
        except InvalidInputError:
            return False
        return True

    matrix = np.array(values, np.float64)[:, None]
    singly = verdict(lambda: [DIAGNOSIS_COUNT.vectorise({"diagnosis_count": float(v)}) for v in matrix[:, 0]])
    assert verdict(lambda: DIAGNOSIS_COUNT.check_matrix(matrix)) == singly


def test_the_row_that_is_wrong_is_named():
    with pytest.raises(InvalidInputError, match="Row 2") as refusal:
        DIAGNOSIS_COUNT.vectorise_rows([{"diagnosis_count": 1}, {"diagnosis_count": -1}])
    assert refusal.value.facts["row"] == 2
    with pytest.raises(InvalidInputError, match="Row 3"):
        DIAGNOSIS_COUNT.check_matrix(np.array([[1.0], [2.0], [0.5]]))


ODD = [1, 2.0, 0, 1.5, -1, True, None, "1", [1], 10**400, float("nan"), float("inf"), 10**6]


ROW = st.fixed_dictionaries({"age": st.sampled_from([18, 40.5, *ODD]), "stays": st.sampled_from([0, 7, 7.0, *ODD])})


@given(st.lists(ROW | st.just({"age": 20}) | st.just({"age": 20, "stays": 1, "mood": 1})))
def test_many_rows_are_taken_or_refused_as_each_by_itself(rows: list[dict[str, object]]):
    singly: list[list[float]] = []
    refused: tuple[str, dict[str, object]] | None = None
    for number, row in enumerate(rows, start=1):
        try:
            singly.append(TWO_FEATURES.vectorise(row).tolist())
        except InvalidInputError as error:
            refused = f"Row {number}: {error.sentence}", {**error.facts, "row": number}
            break
    try:
        together = TWO_FEATURES.vectorise_rows(iter(rows)).tolist()
    except InvalidInputError as error:
        assert (error.sentence, error.facts) == refused  # noqa: PT017 - it need not be raised
    else:
        assert refused is None
        assert together == singly


def test_a_task_survives_the_wire_with_its_digest():
    for task in (DIAGNOSIS_COUNT, TWO_FEATURES, dataclasses.replace(DIAGNOSIS_COUNT, cut_points=(3.0, 9.5))):
        back = TaskDescription.model_validate_json(described(task).model_dump_json())
        assert back.to_task().digest == back.digest == task.digest


def test_moving_a_cut_point_makes_another_task_and_another_base():
    moved = dataclasses.replace(DIAGNOSIS_COUNT, cut_points=(4.0, 15.0))
    model = DIAGNOSIS_COUNT.digest  # any digest will do
    assert moved.digest != DIAGNOSIS_COUNT.digest
    assert moved.base(model, None) != DIAGNOSIS_COUNT.base(model, None)
    assert DIAGNOSIS_COUNT.base(model, None) != DIAGNOSIS_COUNT.base(model, model)


def test_the_shared_start_is_the_same_everywhere():
    state = DIAGNOSIS_COUNT.initial_state()
    assert [tuple(each.shape) for each in state.values()] == [spec.shape for spec in DIAGNOSIS_COUNT.layout]
    assert float(state["layers.0.weight"][0, 0]) == pytest.approx(-0.535399854183197, abs=1e-7)


@pytest.mark.parametrize(("num_examples", "is_taken"), [(9, False), (10, True), (10**7, True), (10**7 + 1, False)])
def test_a_number_of_examples_is_held_against_the_tasks_bounds(num_examples: int, is_taken: bool):
    if is_taken:
        DIAGNOSIS_COUNT.require_examples(num_examples)
        return
    with pytest.raises(ExamplesOutOfBoundsError) as refused:
        DIAGNOSIS_COUNT.require_examples(num_examples)
    assert refused.value.facts == {"num_examples": num_examples}
    assert ("more patients" in refused.value.hint) == (num_examples == 9)
