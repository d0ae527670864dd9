"""``fl-director roles``."""

import json

from contract.messages.system import Permissions
from director.app import RESOURCES
from tests.director.cli.conftest import Run


def test_the_matrix_is_printed_also_where_no_federation_is_yet(run: Run) -> None:
    lines = run("roles").stdout.splitlines()
    (publish,) = [line for line in lines if "publish_global_model" in line]
    (live,) = [line for line in lines if " live " in line]
    head = [cell.strip() for cell in lines[1].strip("┃").split("┃")]
    assert head == ["operation", "hospital", "staff", "analyst", "admin", "anybody"]
    cells = [[cell.strip() for cell in line.strip("│").split("│")] for line in (publish, live)]
    assert cells == [
        ["publish_global_model", "", "", "", "yes", ""],
        ["live", "", "", "", "", "yes"],
    ]


def test_for_programs_it_is_what_the_interface_gives(run: Run) -> None:
    found = Permissions.model_validate(json.loads(run("roles", "--json").stdout))
    routes = [route for resource in RESOURCES for route in resource.router.routes]
    assert len(found.operations) == sum(getattr(route, "methods", None) != {"HEAD"} for route in routes)
