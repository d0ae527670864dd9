"""Who may do what, as the routes themselves have it: there is no other table of it."""

from collections.abc import Iterable
from typing import get_args

from contract.messages.base import Role
from contract.messages.system import Operation, Permissions
from director.api.guard import GuardedRoute

_ROLES: tuple[Role, ...] = get_args(Role)
_PAGES = "pages"
"""Where a route stands that the interface document leaves out."""


def describe_permissions(routes: Iterable[object]) -> Permissions:
    """Give every operation of these routes with the roles that may do it, in the routes' order."""
    guarded = [route for route in routes if isinstance(route, GuardedRoute)]
    return Permissions(roles=list(_ROLES), operations=[each for route in guarded for each in _operations(route)])


def operations_of(routes: Iterable[object], role: Role) -> list[str]:
    """Name what a role may do of what the interface document tells, in alphabetical order."""
    told = (each for each in describe_permissions(routes).operations if each.tag != _PAGES)
    return sorted({each.name for each in told if each.roles is None or role in each.roles})


def _operations(route: GuardedRoute) -> list[Operation]:
    may = route.entry.permission.roles
    tag = str(route.tags[0]) if route.tags else _PAGES
    return [
        Operation(
            name=route.name,
            method=method,
            path=route.path,
            tag=tag,
            summary=route.description.partition("\n")[0],
            roles=None if may is None else [role for role in _ROLES if role in may],
        )
        for method in sorted(_methods(route))
    ]


def _methods(route: GuardedRoute) -> set[str]:
    """Give a route's methods; HEAD stands beside GET and asks for the same."""
    return set(route.methods or ()) - {"HEAD"}
