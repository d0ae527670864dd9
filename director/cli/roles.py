"""``fl-director roles``: who may do what, as the routes have it."""

from rich.table import Table

from contract.messages.system import Permissions
from director.cli.program import AsJson, out, print_json, says_what_failed


@says_what_failed
def roles(as_json: AsJson = False) -> None:
    """Say who may do what with a token; whoever works on the data folder may do all of it."""
    found = _permissions()
    if as_json:
        print_json(found)
        return
    table = Table("operation", *found.roles, "anybody")
    for each in found.operations:
        may = ["yes" if each.roles is not None and role in each.roles else "" for role in found.roles]
        table.add_row(each.name, *may, "yes" if each.roles is None else "")
    out.print(table)


def _permissions() -> Permissions:
    from director.api.permissions import describe_permissions  # late: the other commands need no routes
    from director.app import RESOURCES

    return describe_permissions(route for resource in RESOURCES for route in resource.router.routes)
