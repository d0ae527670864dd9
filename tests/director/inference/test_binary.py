"""A binary outcome's answer: a probability, what it rests on, and exactly what each feature had to do with it."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import InvalidInputError
from contract.messages.inference import BinaryPrediction
from contract.network import ArchitectureSpec, apply_layers
from director.inference.answers import ReadyModel
from tests.director.inference.conftest import ready_for
from tests.table_task import PATIENT, table_task

PATIENTS = st.fixed_dictionaries(
    {"age": st.floats(18, 110), "walks_alone": st.sampled_from([0, 1, True, False])},
    optional={
        "earlier_falls": st.none() | st.integers(0, 50),
        "ward": st.none() | st.sampled_from(["medical", "surgical", "geriatric"]),
    },
)


def asked_of(ready: ReadyModel, inputs: dict[str, Any], *, with_contributions: bool = True) -> BinaryPrediction:
    return BinaryPrediction.model_validate_json(ready.answer(inputs, "r1", with_probabilities=with_contributions))


def logit_of(ready: ReadyModel, inputs: dict[str, Any]) -> float:
    """Compute the log-odds as the papers write it, from the columns."""
    columns = ready.task.encode(ready.task.vectorise(inputs)[np.newaxis])
    return float(apply_layers(ready.layers, ((columns - ready.mean) / ready.scale)[0])[0])


@given(inputs=PATIENTS)
def test_the_contributions_sum_to_the_log_odds_with_the_intercept_first(falls: ReadyModel, inputs: dict[str, Any]):
    answer = asked_of(falls, inputs)
    names = [each.feature for each in answer.contributions]
    assert names == ["intercept", *(feature.name for feature in falls.task.features)]
    total = sum(each.contribution for each in answer.contributions)
    assert total == pytest.approx(logit_of(falls, inputs), abs=1e-6)
    assert answer.probability == pytest.approx(1 / (1 + np.exp(-total)), abs=1e-9)


@given(inputs=PATIENTS)
def test_every_answer_is_the_whole_message_with_its_level_between_the_cut_points(
    falls: ReadyModel, inputs: dict[str, Any]
):
    written = json.loads(falls.answer(inputs, "r1", with_probabilities=True))
    answer = BinaryPrediction.model_validate(written)
    assert set(written) == set(BinaryPrediction.model_fields)
    assert answer.probability is not None
    low, high = falls.task.cut_points
    expected = "low" if answer.probability < low else "medium" if answer.probability < high else "high"
    assert (answer.risk_level, answer.abstained, answer.unknown_codes) == (expected, None, 0)
    assert answer.missing == tuple(name for name in ("earlier_falls", "ward") if inputs.get(name) is None)
    assert (answer.task, answer.cut_points, answer.notice, answer.model, answer.request_id) == (
        falls.task.name, falls.task.cut_points, falls.task.notice, falls.model, "r1",
    )  # fmt: skip


def test_contributions_may_be_left_out_and_the_probability_stays(falls: ReadyModel):
    whole, short = (asked_of(falls, PATIENT, with_contributions=wanted) for wanted in (True, False))
    assert short == whole.model_copy(update={"contributions": []})
    assert len(whole.contributions) == 1 + len(falls.task.features)


def test_of_a_network_with_hidden_layers_nobody_says_what_a_feature_adds():
    ready = ready_for(replace(table_task(), architecture=ArchitectureSpec(len(table_task().columns), (5, 3), 1)))
    answer = asked_of(ready, PATIENT)
    assert answer.contributions == []
    assert answer.probability == pytest.approx(1 / (1 + np.exp(-logit_of(ready, PATIENT))), abs=1e-12)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"age": 111}, "Feature age is outside 0 to 110 years."),
        ({"ward": "psychiatric"}, "Feature ward is none of its categories."),
        ({"earlier_falls": -1}, "Feature earlier_falls is outside 0 to 50 falls."),
        ({"age": 17}, "The task leaves out patients with age < 18."),
    ],
)
def test_what_the_task_does_not_know_it_abstains_from_or_refuses_as_it_says(
    falls: ReadyModel, change: dict[str, Any], why: str
):
    inputs = {**PATIENT, "earlier_falls": None, **change}
    answer = asked_of(falls, inputs)
    assert (answer.probability, answer.risk_level, answer.contributions, answer.abstained) == (None, None, [], why)
    assert answer.missing == (("earlier_falls",) if "earlier_falls" not in change else ())
    strict = ready_for(table_task(out_of_bounds='"refuse"'))
    with pytest.raises(InvalidInputError, match=r"outside|categories|leaves out"):
        strict.answer(inputs, "r1", with_probabilities=True)


@pytest.mark.parametrize(
    "change",
    [{"age": None}, {"age": "71"}, {"walks_alone": 2}, {"ward": 1}, {"earlier_falls": 1.5}, {"height": 3}],
)
def test_what_is_no_question_is_refused_even_where_the_task_abstains(falls: ReadyModel, change: dict[str, Any]):
    with pytest.raises(InvalidInputError):
        falls.answer({**PATIENT, **change}, "r1", with_probabilities=True)
