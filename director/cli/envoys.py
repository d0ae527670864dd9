"""``fl-director envoy``: hospitals of the federation."""

import typer
from rich.table import Table

from contract.names import EnvoyName
from director.cli.program import AsJson, err, every_item, opened_director, out, print_json, says_what_failed
from director.members.access import LOCAL_ADMIN

app = typer.Typer(no_args_is_help=True, help="Hospitals of the federation.")


@app.command("add")
@says_what_failed
def envoy_add(name: str, as_json: AsJson = False) -> None:
    """Admit a hospital and print its one-time enrolment code; again gives a new code."""
    code = opened_director().members.add(LOCAL_ADMIN, EnvoyName(name))
    if as_json:
        print_json(code)
    else:
        out.print(code.code, markup=False)
        err.print(
            f"{code.envoy_name} joins with: fl-envoy join --director URL --code CODE; until {code.expires_at:%Y-%m-%d}",
            markup=False,
        )


@app.command("list")
@says_what_failed
def envoy_list(as_json: AsJson = False) -> None:
    """List the hospitals."""
    submissions = opened_director().submissions
    envoys = every_item(lambda **page: submissions.list_hospitals(LOCAL_ADMIN, **page))
    if as_json:
        print_json(envoys)
        return
    table = Table("hospital", "state", "last seen", "current versions")
    for each in envoys:
        versions = ", ".join(f"{current.task} {current.version}" for current in each.current)
        table.add_row(each.envoy_name, each.state, str(each.last_seen_at or ""), versions)
    out.print(table)


@app.command("disable")
@says_what_failed
def envoy_disable(name: str) -> None:
    """Disable a hospital: its tokens stop to hold, its models enter no further aggregate."""
    described = opened_director().submissions.disable_hospital(LOCAL_ADMIN, EnvoyName(name))
    out.print(f"{described.envoy_name} is disabled.", markup=False)
