"""``fl-director proposal``: what waits for a second admin. To read alone: approving takes a second person's token."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, get_args

import typer
from pydantic import TypeAdapter
from rich.table import Table

from contract.messages.proposals import Proposal, ProposalState
from contract.moments import shown_moment
from contract.table_layout import needed
from director.cli.listing import Before, Limit, Since, print_list, read_list
from director.cli.program import AsJson, opened_director, out, print_json, says_what_failed
from director.errors import UsageError
from director.members.access import LOCAL_ADMIN

app = typer.Typer(no_args_is_help=True, help="What waits for a second admin, and what became of it.")

_STATES = ", ".join(get_args(ProposalState))


@app.command("list")
@says_what_failed
def proposal_list(
    state: Annotated[str | None, typer.Option(help=f"{_STATES}.")] = None,
    limit: Limit = None,
    since: Since = None,
    before: Before = None,
    as_json: AsJson = False,
) -> None:
    """List what was proposed, newest first; --state open shows what waits."""
    page_of = partial(opened_director().proposals.list, LOCAL_ADMIN, _state(state) if state else None)
    listed = read_list(page_of, limit, since, before, as_json=as_json, filters=(state,))
    table = Table("proposal", "act", needed("of"), "proposed by", "state", needed("until"))
    nothing = "Nothing was proposed. Acts wait for a second admin where two_admins in director.toml names them."
    print_list(listed, table, _cells, as_json, nothing=nothing)


@app.command("show")
@says_what_failed
def proposal_show(number: int, as_json: AsJson = False) -> None:
    """Show what was proposed, by whom and why, and what became of it."""
    found = opened_director().proposals.get(LOCAL_ADMIN, number)
    if as_json:
        print_json(found)
        return
    out.print(f"proposal {found.id}: {found.act} {found.subject} ({found.state})")
    out.print(f"proposed by {found.person} ({found.proposed_by}), {shown_moment(found.proposed_at)}")
    if found.reason:
        out.print(f"reason: {found.reason}")
    if found.decided_at is not None:
        by = f"{found.decided_person or 'nobody named'} ({found.decided_by})"
        out.print(f"{found.state} by {by}, {shown_moment(found.decided_at)}")
    if found.decision_reason:
        out.print(f"because: {found.decision_reason}")
    if found.state == "open":
        until = shown_moment(found.expires_at)
        out.print(f"Another admin approves it until {until}, in the dashboard, signed in with a token of their own.")


def _cells(each: Proposal) -> Sequence[str]:
    return str(each.id), each.act, each.subject, each.person or "", each.state, shown_moment(each.expires_at)


def _state(text: str) -> ProposalState:
    try:
        return TypeAdapter[ProposalState](ProposalState).validate_python(text)
    except ValueError:
        raise UsageError(f"{text[:40]!r} is no state of a proposal.", hint=f"Choose {_STATES}.") from None
