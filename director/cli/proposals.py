"""``fl-director proposal``: what waits for a second admin. To read alone: approving takes a second person's token."""

from typing import Annotated, get_args

import typer
from pydantic import TypeAdapter
from rich.table import Table

from contract.messages.proposals import ProposalState
from director.cli.program import AsJson, every_item, opened_director, out, print_json, says_what_failed
from director.errors import UsageError
from director.members.access import LOCAL_ADMIN

app = typer.Typer(no_args_is_help=True, help="What waits for a second admin, and what became of it.")

_STATES = ", ".join(get_args(ProposalState))


@app.command("list")
@says_what_failed
def proposal_list(
    state: Annotated[str | None, typer.Option(help=f"{_STATES}.")] = None, as_json: AsJson = False
) -> None:
    """List what was proposed, newest first; --state open shows what waits."""
    proposals, chosen = opened_director().proposals, _state(state) if state else None
    found = every_item(lambda **page: proposals.list(LOCAL_ADMIN, chosen, **page))
    if as_json:
        print_json(found)
        return
    table = Table("proposal", "act", "of", "proposed by", "state", "until")
    for each in found:
        until = f"{each.expires_at:%Y-%m-%d %H:%M}"
        table.add_row(str(each.id), each.act, each.subject, each.person, each.state, until)
    out.print(table)


@app.command("show")
@says_what_failed
def proposal_show(number: int, as_json: AsJson = False) -> None:
    """Show what was proposed, by whom and why, and what became of it."""
    found = opened_director().proposals.get(LOCAL_ADMIN, number)
    if as_json:
        print_json(found)
        return
    out.print(f"proposal {found.id}: {found.act} {found.subject} ({found.state})")
    out.print(f"proposed by {found.person} ({found.proposed_by}), {found.proposed_at:%Y-%m-%d %H:%M} UTC")
    if found.reason:
        out.print(f"reason: {found.reason}")
    if found.decided_at is not None:
        by = f"{found.decided_person or 'nobody named'} ({found.decided_by})"
        out.print(f"{found.state} by {by}, {found.decided_at:%Y-%m-%d %H:%M} UTC")
    if found.decision_reason:
        out.print(f"because: {found.decision_reason}")
    if found.state == "open":
        out.print(f"Another person approves it over HTTP until {found.expires_at:%Y-%m-%d %H:%M} UTC.")


def _state(text: str) -> ProposalState:
    try:
        return TypeAdapter[ProposalState](ProposalState).validate_python(text)
    except ValueError:
        raise UsageError(f"{text[:40]!r} is no state of a proposal.", hint=f"Choose {_STATES}.") from None
