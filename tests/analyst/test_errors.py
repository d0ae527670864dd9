"""Whose turn it is, and what a person reads."""

import pytest

from analyst import AnalystError, InputError, ModelChanged, NotTaken, Refused, SettingsError, Unreachable, Unready
from contract.errors import FederationError


def test_an_error_shows_what_failed_what_to_do_and_what_to_quote() -> None:
    refused = Refused("There is no hospital X.", code="unknown_envoy", status=404, hint="Look.", request_id="r1", n=2)
    assert str(refused) == "There is no hospital X. Look. (request_id r1)"
    assert (refused.code, refused.status, refused.facts, refused.sentence) == (
        "unknown_envoy", 404, {"n": 2}, "There is no hospital X.",
    )  # fmt: skip
    assert str(InputError("A value is missing.")) == "A value is missing."


@pytest.mark.parametrize(
    ("kind", "branch"),
    [
        (InputError, AnalystError),
        (SettingsError, AnalystError),
        (ModelChanged, AnalystError),
        (Unready, Refused),
        (NotTaken, Unreachable),
        (AnalystError, FederationError),
    ],
)
def test_each_error_is_of_the_branch_that_says_who_acts(kind: type[Exception], branch: type[Exception]) -> None:
    assert issubclass(kind, branch)
