"""Numbers out of a notebook: of whichever library, in their bounds, or refused with a sentence."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.bounds import number, whole
from simulation.errors import ExperimentError


@given(st.integers(1, 999), st.sampled_from([int, np.int64, np.uint16, np.array]))
def test_a_whole_number_of_any_library_is_pythons_own_then(value: int, kind: Any):
    assert (taken := whole("rounds", kind(value), 1, 999)) == value
    assert type(taken) is int


@given(st.floats(0.01, 0.99), st.sampled_from([float, np.float64, Fraction]))
def test_so_is_any_other_number(value: float, kind: Any):
    assert (taken := number("share", kind(value), 0.01, 0.99)) == value
    assert type(taken) is float


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (1000, "1000"),
        (2.5, "2.5"),
        (2.0, "2"),
        (np.float64(2), "2"),
        (math.nan, "nan"),
        (True, "True"),
        (None, "None"),
        ("2", "'2'"),
        ([2], "a list like this"),
        (np.array([2, 3]), "a ndarray like this"),
        (10**400, "a int like this"),
    ],
)
def test_what_is_no_whole_number_of_the_bounds_is_refused_with_them(value: object, shown: str):
    with pytest.raises(ExperimentError) as refused:
        whole("rounds", value, 1, 999)
    assert refused.value.sentence == f"rounds = {shown} is not possible."
    assert refused.value.hint == "rounds is a whole number, from 1 to 999."


@pytest.mark.parametrize("value", [0, 1.5, -math.inf, math.nan, 10**400, None, "0.5", [0.5]])
def test_so_is_what_is_no_number_of_the_bounds(value: object):
    with pytest.raises(ExperimentError, match=r"share = .* is not possible") as refused:
        number("share", value, 0.01, 0.99)
    assert refused.value.hint == "share is from 0.01 to 0.99."


def test_without_a_largest_any_number_from_the_least_on_will_do():
    assert whole("seed", 10**400, 0) == 10**400
    with pytest.raises(ExperimentError) as refused:
        whole("seed", -1, 0)
    assert refused.value.hint == "seed is a whole number, 0 or more."


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "1"])
def test_without_bounds_a_number_is_finite(value: object):
    assert number("target", -1e300) == -1e300
    with pytest.raises(ExperimentError) as refused:
        number("target", value)
    assert refused.value.hint == "target is a finite number."
