"""``fl-director envoy``: hospitals of the federation."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer
from rich.table import Table

from contract.agreement import require_agreement
from contract.messages.base import MAX_COUNT
from contract.messages.envoys import EnvoyDescription
from contract.moments import shown_moment
from contract.names import EnvoyName
from contract.table_layout import needed
from director.cli.leaving import withdraw
from director.cli.listing import Before, Limit, Since, print_list, read_list
from director.cli.program import (
    AsJson,
    Yes,
    err,
    opened_director,
    out,
    print_json,
    say_nobody_was_asked,
    says_what_failed,
)
from director.errors import UsageError
from director.members.access import LOCAL_ADMIN

app = typer.Typer(no_args_is_help=True, help="Hospitals of the federation.")
app.command("withdraw")(withdraw)


@app.command("add")
@says_what_failed
def envoy_add(
    name: str,
    expect: Annotated[
        int | None, typer.Option(help="How many training examples it counts for at most.", min=1, max=MAX_COUNT)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Admit a hospital and print its one-time enrolment code; again gives a new code."""
    code = opened_director().members.add(LOCAL_ADMIN, EnvoyName(name), expect)
    if as_json:
        print_json(code)
    else:
        out.print(code.code)
        until = shown_moment(code.expires_at)
        err.print(f"{code.envoy_name} joins with: fl-envoy join --director URL --code CODE; until {until}")


@app.command("expect")
@says_what_failed
def envoy_expect(
    name: str,
    number: Annotated[str, typer.Argument(help="How many training examples; or none, which takes it back.")],
    as_json: AsJson = False,
) -> None:
    """Say how many training examples a hospital counts for at most: no cap against the others bites then."""
    expected = opened_director().members.expect(LOCAL_ADMIN, EnvoyName(name), _number(number))
    if as_json:
        print_json(expected)
    elif expected.num_examples is None:
        out.print(f"Nothing is expected of {expected.envoy_name}: it counts beside the others.")
    else:
        out.print(f"{expected.envoy_name} counts for at most {expected.num_examples} examples.")


@app.command("list")
@says_what_failed
def envoy_list(limit: Limit = None, since: Since = None, before: Before = None, as_json: AsJson = False) -> None:
    """List the hospitals by name; --since and --before ask when they were added."""
    page_of = partial(opened_director().submissions.list_hospitals, LOCAL_ADMIN)
    listed = read_list(page_of, limit, since, before, as_json=as_json)
    table = Table(needed("hospital"), "state", needed("last seen"), "expected", "current versions")
    nothing = "No hospitals yet. Add the first: fl-director envoy add NAME"
    print_list(listed, table, _cells, as_json, nothing=nothing)


@app.command("disable")
@says_what_failed
def envoy_disable(name: str, yes: Yes = False) -> None:
    """Disable a hospital: its tokens stop to hold, its models enter no further aggregate. Asks first."""
    director = opened_director()
    ties = director.overview.ties(LOCAL_ADMIN, EnvoyName(name))
    if not ties.is_disabled:
        require_agreement(ties.what_disabling_ends, agreed=yes)
    described = director.submissions.disable_hospital(LOCAL_ADMIN, EnvoyName(name))
    out.print(f"{described.envoy_name} is disabled.")
    err.print(f"To let it take part again: fl-director envoy enable {described.envoy_name}")
    say_nobody_was_asked(director, "disable")


@app.command("enable")
@says_what_failed
def envoy_enable(name: str) -> None:
    """Let a disabled hospital take part again: its tokens that have not ended hold."""
    described = opened_director().submissions.enable_hospital(LOCAL_ADMIN, EnvoyName(name))
    out.print(f"{described.envoy_name} is {described.state}.")


def _cells(each: EnvoyDescription) -> Sequence[str]:
    versions = ", ".join(
        f"{current.task} {current.version}{' (stale)' if current.stale else ''}" for current in each.current
    )
    expected = str(each.expected_examples or "")
    return each.envoy_name, each.state or "", shown_moment(each.last_seen_at), expected, versions


def _number(text: str) -> int | None:
    if text == "none":
        return None
    if not text.isascii() or not text.isdigit() or len(text) > len(str(MAX_COUNT)) or not 1 <= int(text) <= MAX_COUNT:
        raise UsageError(f"{text[:40]!r} is no number of examples.", hint=f"Write 1 to {MAX_COUNT:,}, or none.")
    return int(text)
