"""The simulation's own errors: each with its code, and the hint where Python shows them."""

import traceback

import pytest

from contract.errors import FederationError
from simulation import errors
from simulation.errors import ExperimentError, SimulationError, hints_told

KINDS = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, FederationError)]


def test_each_error_has_a_code_of_its_own():
    own = [kind for kind in KINDS if kind is not FederationError]
    assert len({kind.code for kind in own}) == len(own) == 6
    assert all(issubclass(kind, SimulationError) for kind in own)


def test_what_to_do_next_stands_once_below_the_sentence_of_a_traceback():
    with pytest.raises(ExperimentError) as refused, hints_told(), hints_told():
        raise ExperimentError("It is not possible.", hint="Ask for less.")
    shown = "".join(traceback.format_exception(refused.value))
    assert shown.endswith("ExperimentError: It is not possible.\nAsk for less.\n")


def test_an_error_without_a_hint_stays_as_it_is():
    with pytest.raises(ExperimentError) as refused, hints_told():
        raise ExperimentError("It is not possible.")
    assert not hasattr(refused.value, "__notes__")
