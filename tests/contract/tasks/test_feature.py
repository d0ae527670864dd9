"""One input: which values it takes, and the columns that they become."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import InvalidInputError
from contract.tasks import Feature

AGE = Feature("age", "years", "age", "number", 0, 120)
SMOKES = Feature("smokes", "none", "smokes", "flag", 0, 1)
PAIN = Feature("pain", "none", "pain", "category", 0, 1, categories=("none", "typical", "other"))
CHOLESTEROL = Feature("cholesterol", "mg/dl", "cholesterol", "number", 50, 700, missing=240)
MAYBE_PAIN = Feature("pain", "none", "pain", "category", 0, 1, missing="other", categories=("none", "other"))
ALL = (AGE, SMOKES, PAIN, CHOLESTEROL, MAYBE_PAIN)


def raw_numbers(feature: Feature) -> st.SearchStrategy[float]:
    if feature.kind == "category":
        found: st.SearchStrategy[float] = st.integers(0, len(feature.categories) - 1).map(float)
    elif feature.kind == "flag":
        found = st.sampled_from([0.0, 1.0])
    else:
        found = st.floats(feature.minimum, feature.maximum)
    return found | st.just(math.nan) if feature.may_be_missing else found


def test_a_category_becomes_a_column_each() -> None:
    assert [column.name for column in PAIN.columns] == ["pain=none", "pain=typical", "pain=other"]
    assert PAIN.encode(np.array([1.0, 0.0, 2.0])).tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1]]


def test_a_missing_value_becomes_the_declared_one_and_says_so() -> None:
    assert CHOLESTEROL.encode(np.array([200.0, math.nan])).tolist() == [[200, 0], [240, 1]]
    assert MAYBE_PAIN.encode(np.array([0.0, math.nan])).tolist() == [[1, 0, 0], [0, 1, 1]]


@pytest.mark.parametrize("feature", ALL, ids=lambda feature: feature.name)
def test_what_is_0_or_1_says_so_and_is_nothing_else(feature: Feature) -> None:
    for column in feature.columns:
        assert column.is_binary == (":" in column.name or feature.kind in ("flag", "category"))


@given(st.sampled_from(ALL).flatmap(lambda each: st.tuples(st.just(each), st.lists(raw_numbers(each), min_size=1))))
def test_every_sound_number_is_encoded_within_the_columns_bounds(found: tuple[Feature, list[float]]) -> None:
    feature, raw = found
    assert feature.sound(np.array(raw)).all()
    encoded = feature.encode(np.array(raw))
    assert encoded.shape == (len(raw), len(feature.columns))
    assert np.isfinite(encoded).all()
    for place, column in enumerate(feature.columns):
        assert (encoded[:, place] >= column.minimum).all()
        assert (encoded[:, place] <= column.maximum).all()


@given(st.sampled_from(ALL), st.lists(st.floats() | st.integers(-3, 800).map(float), min_size=1))
def test_a_column_is_refused_where_one_value_by_itself_would_be(feature: Feature, raw: list[float]) -> None:
    good = feature.sound(np.array(raw))
    if good.all():
        feature.check_column(np.array(raw))
        return
    with pytest.raises(InvalidInputError) as refusal:
        feature.check_column(np.array(raw))
    assert refusal.value.facts["row"] == int(np.argmin(good)) + 1


@pytest.mark.parametrize(
    ("feature", "value", "raw"),
    [(SMOKES, True, 1.0), (SMOKES, 0, 0.0), (PAIN, "other", 2.0), (AGE, 40, 40.0), (CHOLESTEROL, None, math.nan)],
)
def test_a_value_stands_for_a_number(feature: Feature, value: object, raw: float) -> None:
    assert feature.value_of(value) == raw or math.isnan(raw)


@pytest.mark.parametrize(
    ("feature", "value", "is_out_of_bounds"),
    [
        (AGE, 121, True),
        (AGE, None, False),
        (AGE, "40", False),
        (PAIN, "sharp", True),
        (PAIN, 1, False),
        (SMOKES, 2, False),
        (SMOKES, "yes", False),
        (CHOLESTEROL, 10, True),
    ],
)
def test_another_value_is_refused(feature: Feature, value: object, is_out_of_bounds: bool) -> None:
    with pytest.raises(InvalidInputError, match=feature.name) as refusal:
        feature.value_of(value)
    assert refusal.value.hint
    assert refusal.value.is_out_of_bounds == is_out_of_bounds


def test_a_value_without_a_unit_is_said_without_one() -> None:
    assert CHOLESTEROL.range == "50 to 700 mg/dl"
    assert Feature("vessels", "none", "vessels", "count", 0, 3).range == "0 to 3"
