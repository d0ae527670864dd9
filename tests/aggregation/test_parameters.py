"""Which number a parameter may be, and how one is written beside a command."""

import math

import pytest

from aggregation.errors import UnknownStrategyError
from aggregation.parameters import Parameter, named_value

COUNT = Parameter(1, 0, is_whole=True)
RATE = Parameter(0.1, 0, 100, takes_least=False)
PART = Parameter(0.9, 0, 1, takes_most=False)


@pytest.mark.parametrize(
    ("parameter", "good", "bad"),
    [
        pytest.param(COUNT, (0, 1, 7.0), (-1, 0.5, math.nan, math.inf), id="a count"),
        pytest.param(RATE, (1e-9, 0.1, 100), (0, -0.1, 100.1, math.nan, math.inf), id="a rate"),
        pytest.param(PART, (0, 0.5, 0.999), (1, -1e-9, math.nan, -math.inf), id="a part"),
    ],
)
def test_a_parameter_is_within_its_bounds_and_finite(parameter, good, bad):
    assert [parameter.admits(value) for value in good] == [True] * len(good)
    assert [parameter.admits(value) for value in bad] == [False] * len(bad)


def test_a_refusal_names_the_number_and_what_may_be():
    for parameter, words in (
        (COUNT, "a whole number, 0 or more"),
        (RATE, "a number, above 0 and at most 100"),
        (PART, "a number, 0 or more and below 1"),
    ):
        with pytest.raises(UnknownStrategyError, match=r"Strategy krum can't have x = -1\.") as refused:
            parameter.checked("krum", "x", -1)
        assert refused.value.hint == f"x is {words}."


def test_a_whole_number_comes_out_as_an_int_and_another_as_a_float():
    assert type(COUNT.checked("krum", "f", 3.0)) is int
    assert type(RATE.checked("fedadam", "server_rate", 1)) is float


def test_a_parameter_is_written_as_name_and_value():
    assert named_value("server_rate=0.1") == ("server_rate", 0.1)
    assert named_value("f=2") == ("f", 2.0)


@pytest.mark.parametrize("text", ["", "f", "f=", "=2", "f=two", "f=1=2"])
def test_what_is_not_written_so_is_refused(text: str):
    with pytest.raises(UnknownStrategyError, match="is no parameter"):
        named_value(text)
