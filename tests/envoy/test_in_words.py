"""A task in words, for the people of a hospital."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from contract.tasks import DIAGNOSIS_COUNT
from envoy.in_words import features_in_words, task_in_words
from tests.envoy.own_table.heart import HEART, heart


def test_each_input_says_what_it_can_be_and_what_an_empty_cell_means() -> None:
    found = {each.feature: (each.column, each.holds, each.missing, each.known) for each in features_in_words(HEART)}
    assert found == {
        "age": ("age", "number, 18 to 110 years", "refused", "static"),
        "sex": ("sex", "one of: female, male", "refused", "static"),
        "creatinine": (
            *("creatinine", "number, 0.1 to 30 mg/dl"),
            *("allowed: counts as 1, and as missing", "at_admission"),
        ),
        "smoker": (
            *("smoker", "0 or 1 (false or true, no or yes)"),
            *("allowed: counts as 0, and as missing", "at_admission"),
        ),
        "earlier_visits": ("visits", "whole number, 0 to 500", "refused", "history"),
    }


def test_a_task_says_what_a_hospital_agrees_to() -> None:
    said = dict(task_in_words(heart(**{"epochs = 3": "steps = 2000\npatience = 5\nweight_decay = 0.01"})))
    assert said["plan"] == (
        "sgd 0.5, 2,000 steps of batches of 32, weight decay 0.01, stops after 5 epochs without a lower loss"
    )
    assert said["model"] == "logistic regression"
    assert said["outcome"] == "binary, died: died within a year"
    assert said["risk levels"] == "bounds 0.1 and 0.3 of the probability"
    assert said["patients"] == "10% validation, 20% test"
    assert (said["source"], said["leaves out"]) == ("your own table", "age < 18")
    levels = dict(task_in_words(DIAGNOSIS_COUNT))
    assert (levels["model"], levels["source"]) == ("layers 32 → 16", "MIMIC-IV's tables")
    assert levels["risk levels"] == "bounds 5 and 15 of the value"


@given(st.text(min_size=400, max_size=600))
def test_what_a_director_says_is_short_and_acts_on_no_terminal(text: str) -> None:
    age = replace(HEART.features[0], name=text, unit=text, source=text, categories=(text,), kind="category")
    hostile = replace(HEART, title=text, notice=text, index=text, label=text, exclusions=(text,), features=(age,))
    lines = [word for _, word in task_in_words(hostile)]
    lines += [word for each in features_in_words(hostile) for word in vars(each).values()]
    assert all(len(line) < 5000 and line.isprintable() for line in lines)
