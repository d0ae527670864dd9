"""Rows that a task leaves out."""

import math

import numpy as np
import pytest

from contract.errors import InvalidInputError
from contract.tasks import Feature
from contract.tasks.exclusions import left_out, read_exclusion

FEATURES = (
    Feature("age", "years", "age", "number", 0, 120, missing=50),
    Feature("sex", "none", "sex", "category", 0, 1, categories=("F", "M", "not said")),
)
RAW = np.array([[17.0, 0], [18, 1], [math.nan, 2]])


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("age < 18", [True, False, False]),
        ("age>=18", [False, True, False]),
        ("age = 17", [True, False, False]),
        ("age != 17", [False, True, False]),
        ("sex = not said", [False, False, True]),
        ("sex != F", [False, True, True]),
    ],
)
def test_a_row_is_left_out_where_it_holds_and_a_missing_value_compares_with_nothing(text, rows) -> None:
    assert left_out([read_exclusion(text, FEATURES)], RAW)[text].tolist() == rows


@pytest.mark.parametrize("text", ["", "age", "weight < 3", "age < old", "sex < F", "sex = X", "age 18", "18 > age"])
def test_what_is_no_comparison_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        read_exclusion(text, FEATURES)
    assert refusal.value.hint
