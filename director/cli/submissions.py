"""``fl-director submission``: uploads, their verdicts, and a person's decision about one in quarantine."""

from typing import Annotated, get_args

import typer
from pydantic import TypeAdapter
from rich.table import Table

from contract.messages.base import Verdict
from contract.messages.decisions import DecisionRequest
from contract.messages.uploads import Submission
from contract.names import EnvoyName, TaskName
from director.cli.program import (
    AsJson,
    opened_director,
    out,
    print_checks,
    print_json,
    say_nobody_was_asked,
    says_what_failed,
)
from director.errors import UsageError
from director.members.access import LOCAL_ADMIN
from director.records.paging import MAX_PAGE

app = typer.Typer(no_args_is_help=True, help="Uploads and their verdicts.")

_VERDICTS = ", ".join(get_args(Verdict))

Reason = Annotated[str, typer.Option("--reason", help="Why; it goes on record.")]


@app.command("list")
@says_what_failed
def submission_list(
    envoy: Annotated[str | None, typer.Option(help="Only this hospital's.")] = None,
    task: Annotated[str | None, typer.Option(help="Only this task's.")] = None,
    verdict: Annotated[str | None, typer.Option(help=f"{_VERDICTS}.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the newest uploads; --verdict quarantined shows what waits for you."""
    page = opened_director().submissions.list(
        LOCAL_ADMIN,
        envoy_name=EnvoyName(envoy) if envoy else None,
        task=TaskName(task) if task else None,
        verdict=_verdict(verdict) if verdict else None,
        limit=MAX_PAGE,
        cursor=None,
    )
    if as_json:
        print_json(page.items)
        return
    table = Table("id", "hospital", "task", "version", "verdict", "examples", "when")
    for each in page.items:
        version = str(each.version or "")
        when = f"{each.created_at:%Y-%m-%d %H:%M}"
        table.add_row(each.id, each.envoy_name, each.task, version, each.verdict, str(each.metadata.num_examples), when)
    out.print(table)


@app.command("show")
@says_what_failed
def submission_show(submission_id: str, as_json: AsJson = False) -> None:
    """Show an upload with every check."""
    _print(opened_director().submissions.get(LOCAL_ADMIN, submission_id), as_json)


@app.command("release")
@says_what_failed
def submission_release(submission_id: str, reason: Reason, as_json: AsJson = False) -> None:
    """Let a model in quarantine count."""
    why, director = DecisionRequest(reason=reason).reason, opened_director()
    _print(director.submissions.decide(LOCAL_ADMIN, "released", submission_id, why), as_json)
    say_nobody_was_asked(director, "release")


@app.command("reject")
@says_what_failed
def submission_reject(submission_id: str, reason: Reason, as_json: AsJson = False) -> None:
    """Take a model out for good, from quarantine or from what counts."""
    why = DecisionRequest(reason=reason).reason
    _print(opened_director().submissions.decide(LOCAL_ADMIN, "rejected", submission_id, why), as_json)


def _print(found: Submission, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    version = f"version {found.version}" if found.version else "no version"
    out.print(f"{found.envoy_name}, {found.task}, {version}: {found.verdict}")
    if found.decision:
        out.print(f"{found.decision.verdict} by {found.decision.by}: {found.decision.reason}")
    print_checks(found.checks)


def _verdict(text: str) -> Verdict:
    try:
        return TypeAdapter[Verdict](Verdict).validate_python(text)
    except ValueError:
        raise UsageError(f"{text!r} is no verdict.", hint=f"Choose {_VERDICTS}.") from None
