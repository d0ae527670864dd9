"""Every refusal to aggregate is the caller's to mend, and can be told from the others by its code."""

import pytest

from aggregation import errors
from aggregation.errors import AggregationError
from contract.errors import CallerError

REFUSALS = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, AggregationError)]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda each: each.__name__)
def test_a_refusal_is_the_callers_to_mend(refusal: type[AggregationError]) -> None:
    assert issubclass(refusal, CallerError)
    assert refusal("It failed.", hint="Mend it.", n=3).facts == {"n": 3}


def test_no_two_refusals_have_one_code() -> None:
    assert len({each.code for each in REFUSALS}) == len(REFUSALS) == 7
