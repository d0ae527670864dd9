"""``fl-director submission``: uploads, their verdicts, and a person's decision about one in quarantine."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, get_args

import typer
from pydantic import TypeAdapter
from rich.table import Table

from contract.messages.base import Verdict
from contract.messages.decisions import DecisionRequest
from contract.messages.uploads import Submission
from contract.moments import shown_moment
from contract.names import EnvoyName, TaskName
from contract.table_layout import needed
from director.assembly import Director
from director.cli.listing import Before, Limit, Since, print_list, read_list, whole_id
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

app = typer.Typer(no_args_is_help=True, help="Uploads and their verdicts.")

_VERDICTS = ", ".join(get_args(Verdict))

Id = Annotated[str, typer.Argument(metavar="ID", help="The upload's id, or as much of it as names one.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it goes on record.")]


@app.command("list")
@says_what_failed
def submission_list(
    envoy: Annotated[str | None, typer.Option(help="Only this hospital's.")] = None,
    task: Annotated[str | None, typer.Option(help="Only this task's.")] = None,
    verdict: Annotated[str | None, typer.Option(help=f"{_VERDICTS}.")] = None,
    limit: Limit = None,
    since: Since = None,
    before: Before = None,
    as_json: AsJson = False,
) -> None:
    """List uploads, newest first; --verdict quarantined shows what waits for you."""
    page_of = partial(
        opened_director().submissions.list,
        LOCAL_ADMIN,
        envoy_name=EnvoyName(envoy) if envoy else None,
        task=TaskName(task) if task else None,
        verdict=_verdict(verdict) if verdict else None,
    )
    listed = read_list(page_of, limit, since, before, as_json=as_json, filters=(envoy, task, verdict))
    table = Table(needed("id"), "hospital", "task", "version", "verdict", "examples", needed("when"))
    print_list(listed, table, _cells, as_json, nothing="No uploads yet. A hospital makes one with: fl-envoy train")


@app.command("show")
@says_what_failed
def submission_show(submission_id: Id, as_json: AsJson = False) -> None:
    """Show an upload with every check."""
    director = opened_director()
    _print(director.submissions.get(LOCAL_ADMIN, _whole(director, submission_id)), as_json)


@app.command("release")
@says_what_failed
def submission_release(submission_id: Id, reason: Reason, as_json: AsJson = False) -> None:
    """Let a model in quarantine count."""
    why, director = DecisionRequest(reason=reason).reason, opened_director()
    whole = _whole(director, submission_id)
    _print(director.submissions.decide(LOCAL_ADMIN, "released", whole, why), as_json)
    say_nobody_was_asked(director, "release")


@app.command("reject")
@says_what_failed
def submission_reject(submission_id: Id, reason: Reason, as_json: AsJson = False) -> None:
    """Take a model out for good, from quarantine or from what counts."""
    why, director = DecisionRequest(reason=reason).reason, opened_director()
    whole = _whole(director, submission_id)
    _print(director.submissions.decide(LOCAL_ADMIN, "rejected", whole, why), as_json)


def _whole(director: Director, typed: str) -> str:
    return whole_id(director.submissions.ids_beginning_with(typed), typed, "uploads")


def _cells(each: Submission) -> Sequence[str]:
    version, examples = str(each.version or ""), str(each.metadata.num_examples)
    return each.id, each.envoy_name, each.task, version, each.verdict, examples, shown_moment(each.created_at)


def _print(found: Submission, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    version = f"version {found.version}" if found.version else "no version"
    out.print(f"{found.envoy_name}, {found.task}, {version}: {found.verdict}")
    out.print(f"submission {found.id}, {shown_moment(found.created_at)}")
    if found.decision:
        out.print(f"{found.decision.verdict} by {found.decision.by}: {found.decision.reason}")
    print_checks(found.checks)


def _verdict(text: str) -> Verdict:
    try:
        return TypeAdapter[Verdict](Verdict).validate_python(text)
    except ValueError:
        raise UsageError(f"{text!r} is no verdict.", hint=f"Choose {_VERDICTS}.") from None
