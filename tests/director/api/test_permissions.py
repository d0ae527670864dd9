"""Who may do what is read from the routes, and from nothing else."""

from typing import get_args

from contract.messages.base import Role
from director.api.permissions import describe_permissions
from tests.director.api.house import OPERATIONS, ROLES_OF, ROUTES


def test_every_route_is_told_with_the_roles_that_it_asks_for() -> None:
    found = describe_permissions([*ROUTES, "no route of ours"])
    assert found.roles == list(get_args(Role))
    assert {each.name: None if each.roles is None else frozenset(each.roles) for each in found.operations} == ROLES_OF
    for each in found.operations:
        assert each.roles is None or each.roles == [role for role in found.roles if role in each.roles]


def test_an_operation_is_told_as_the_interface_document_has_it() -> None:
    found = {each.name: each for each in describe_permissions(ROUTES).operations}
    for each in OPERATIONS:
        told = found[each.name]
        assert (told.method, told.path, told.tag) == (each.method, each.path, each.description["tags"][0])
        assert told.summary == each.description["description"].splitlines()[0]
    pages = ("home", "dashboard", "dashboard_asset", "documentation", "openapi")
    assert {each.tag for name, each in found.items() if name in pages} == {"pages"}
