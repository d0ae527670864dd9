"""``fl-director envoy withdraw``: a hospital leaves for good."""

from collections.abc import Iterator
from typing import Annotated

import typer

from contract.agreement import require_agreement
from contract.messages.decisions import DecisionRequest
from contract.names import EnvoyName
from director.cli.program import (
    AsJson,
    Yes,
    opened_director,
    out,
    print_json,
    say_nobody_was_asked,
    says_what_failed,
)
from director.errors import UsageError
from director.members.access import LOCAL_ADMIN
from director.upkeep.leaving import Leave


@says_what_failed
def withdraw(
    name: str,
    reason: Annotated[str | None, typer.Option(help="Why; it goes on record.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would end and go.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Let a hospital leave for good: its tokens end, its models and statistics go, what learned of it is marked.

    Asks first. What a global version has learned can't be taken out of it; the answer says which have, and how to make
    one without.
    """
    director, envoy = opened_director(), EnvoyName(name)
    leave = director.upkeep.what_leaving_ends(LOCAL_ADMIN, envoy)
    if not dry_run:
        if reason is None:
            raise UsageError("A hospital that leaves does so for a reason.", hint='Say it: --reason "…"; it stays.')
        why = DecisionRequest(reason=reason).reason
        require_agreement(f"{leave.envoy_name} leaves for good, and with it {_what_goes(leave)}.", agreed=yes)
        leave = director.upkeep.withdraw(LOCAL_ADMIN, envoy, why)
    if as_json:
        print_json(leave)
        return
    out.print(f"{leave.envoy_name} {'would leave' if dry_run else 'has left'}, and with it {_what_goes(leave)}.")
    for sentence in _what_stays(leave):
        out.print(sentence)
    if not dry_run:
        say_nobody_was_asked(director, "disable")


def _what_goes(leave: Leave) -> str:
    files = f"{_so_many(leave.files, 'file')} of {_so_many(leave.bytes, 'byte')}"
    what = (
        _so_many(leave.tokens, "token"),
        f"{_so_many(leave.uploads, 'version')} of its models",
        f"{_so_many(leave.reports, 'report')} of statistics",
    )
    return f"{', '.join(what)} and {files}"


def _so_many(number: int, of: str) -> str:
    return f"{number:,} {of}" if number == 1 else f"{number:,} {of}s"


def _what_stays(leave: Leave) -> Iterator[str]:
    """Say what can't be undone, and what can."""
    for each in leave.learned:
        versions = ", ".join(map(str, each.versions))
        yield f"{each.task}: global models {versions} learned from it, which can't be taken out of them."
        if not each.is_current:
            continue
        yield f"{each.task}: global model {each.current} answers now, and goes on until another is published."
        back = f"publish {each.without}" if each.without else "begin-anew"
        yield f'For one without it: fl-director model {back} --task {each.task} --reason "…"'
        yield f"and then: fl-director aggregate --trained-here --task {each.task}; or a run of it."
    for path in leave.left_behind:
        yield f"received_results/{path} is not the director's own file and was left: look at it, and remove it."
    yield "What left this folder before is not reached: downloads, backups, MLflow (see docs/leaving.md)."
