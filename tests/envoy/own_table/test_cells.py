"""Texts of a column as raw numbers."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import InvalidInputError
from contract.tasks import Feature
from envoy.own_table.cells import SOUND, outcome_of, read_texts
from envoy.own_table.table_map import Told
from tests.envoy.own_table.heart import HEART

AGE, SEX, CREATININE, SMOKER, VISITS = HEART.features


def values(feature: Feature, told: Told, *texts: str) -> list[float | str]:
    """Give of each text its raw number, or the kind of what is wrong with it."""
    found = read_texts(feature, told, pd.Series(texts, dtype=object))
    faults = zip(found.values.tolist(), found.faults.tolist(), strict=True)
    return [value if fault == SOUND else found.known[fault - 1].kind for value, fault in faults]


@given(st.one_of(st.floats(), st.integers(-(10**6), 10**6)), st.sampled_from([AGE, CREATININE, VISITS]))
def test_a_number_is_taken_exactly_when_a_question_with_it_would_be(value: float, feature: Feature) -> None:
    (found,) = values(feature, Told("x"), repr(value))
    try:
        expected = feature.value_of(value)
    except InvalidInputError:
        assert isinstance(found, str)
    else:
        assert found == expected


@given(st.lists(st.sampled_from(["female", "male", " male ", "Male", "", "x"]), min_size=1))
def test_a_category_is_its_place(texts: list[str]) -> None:
    expected = {"female": 0.0, "male": 1.0, "": "missing_value"}
    assert values(SEX, Told("x"), *texts) == [expected.get(text.strip(), "unknown_category") for text in texts]


def test_flags_have_three_pairs_of_words_in_any_case() -> None:
    texts = ("0", "1", "False", "TRUE", "no", "Yes", "1.0", "2", "ja")
    assert values(SMOKER, Told("x"), *texts) == [0, 1, 0, 1, 0, 1, 1, "wrong_type", "wrong_type"]


def test_a_missing_value_is_none_where_the_task_declares_one() -> None:
    told = Told("x", missing=frozenset({"NA"}))
    for feature in (CREATININE, SMOKER):
        assert all(isinstance(each, float) and math.isnan(each) for each in values(feature, told, "NA", " "))
    assert values(AGE, told, "NA", "") == ["missing_value", "missing_value"]


@given(st.floats(10, 1000), st.floats(0.001, 0.03), st.floats(-0.01, 0.01))
def test_another_unit_is_a_factor_and_an_offset_before_the_bounds(value: float, factor: float, offset: float) -> None:
    (found,) = values(CREATININE, Told("x", factor=factor, offset=offset), repr(value))
    expected = value * factor + offset
    assert found == (expected if 0.1 <= expected <= 30 else "out_of_bounds")


@pytest.mark.parametrize(
    ("text", "expected"), [("1,5", 1.5), ("1.5", "wrong_type"), ("1.000,5", "wrong_type"), ("2", 2.0), (",5", 0.5)]
)
def test_with_a_decimal_comma_a_point_is_no_number(text: str, expected: float | str) -> None:
    assert values(CREATININE, Told("x", decimal=","), text) == [expected]


def test_other_words_stand_for_the_tasks_and_those_still_count() -> None:
    told = Told("x", values={"m": "male", "w": "female"})
    assert values(SEX, told, "m", "w", "male", "d") == [1, 0, 1, "unknown_category"]
    assert values(SMOKER, Told("x", values={"ja": "1"}), "ja", "0", "nein") == [1, 0, "wrong_type"]


def test_a_number_beyond_all_is_none() -> None:
    assert values(AGE, Told("x", factor=1e300), "1e300") == ["wrong_type"]


def test_an_outcome_is_a_flag_that_must_be_there() -> None:
    outcome = outcome_of(HEART)
    assert (outcome.kind, outcome.source, outcome.may_be_missing) == ("flag", "died", False)
    assert values(outcome, Told("died"), "1", "no", "") == [1, 0, "missing_value"]


def test_no_text_at_all_is_no_fault() -> None:
    assert np.array(values(AGE, Told("x"))).size == 0
