"""An operation tells the errors that it can give: no further one, as far as the source says, and each that it gives."""

import pytest

from director.api.guard import GuardedRoute
from director.api.problems import STATUSES
from director.api.refusals import ANYWHERE, OWN
from tests.director.api.house import DOCUMENT, OPERATIONS, ROUTES
from tests.director.api.reachable import LOOSE, codes_reached

HANDLERS = {route.name: route.endpoint.__module__ for route in ROUTES if route.include_in_schema}

THROUGH_A_TABLE = {
    "aggregate": {"invalid_name", "not_settled"},  # by the scaler's name, by the strategy's
    "upload": {"conflict", "round_closed"},  # by whoever takes updates of rounds
}
"""What is called by an object that is handed in, which names don't follow."""


def test_every_operation_stands_in_the_table_and_nothing_else() -> None:
    assert OWN.keys() == {each.name for each in OPERATIONS}
    assert {code for codes in OWN.values() for code in codes} <= STATUSES.keys()


@pytest.mark.parametrize("name", sorted(OWN))
def test_no_operation_tells_an_error_that_nothing_it_calls_can_raise(name: str) -> None:
    reached = codes_reached(HANDLERS[name], name) | LOOSE | THROUGH_A_TABLE.get(name, set())
    assert set(OWN[name]) <= reached


def test_operations_differ_in_what_they_tell() -> None:
    by_name = {each.name: each.errors for each in OPERATIONS}
    assert "round_closed" in by_name["upload"]
    assert [name for name, codes in by_name.items() if "round_closed" in codes] == ["upload"]
    assert not {"unauthenticated", "forbidden", "conflict"} & by_name["live"]
    assert "csrf_token_missing" not in by_name["list_tasks"] | by_name["upload"]
    assert all(set(ANYWHERE) <= codes for codes in by_name.values())
    assert max(map(len, by_name.values())) < len(STATUSES) * 3 / 4


def test_no_two_routes_of_the_document_have_one_name() -> None:
    assert len(OPERATIONS) == len({each.name for each in OPERATIONS}) == sum(map(len, DOCUMENT["paths"].values()))
    assert all(isinstance(each, GuardedRoute) for each in ROUTES)
