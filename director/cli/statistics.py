"""``fl-director statistics``: hospitals' shares of the common scaler, and decisions about those in quarantine."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer
from rich.table import Table

from contract.messages.decisions import DecisionRequest
from contract.messages.statistics import StatisticsDescription
from contract.moments import shown_moment
from contract.names import EnvoyName, TaskName
from contract.table_layout import needed
from director.cli.listing import Before, Limit, Since, print_list, read_list
from director.cli.program import (
    AsJson,
    Task,
    opened_director,
    out,
    print_checks,
    print_json,
    say_nobody_was_asked,
    says_what_failed,
)
from director.members.access import LOCAL_ADMIN
from director.records.verdicts import Choice

app = typer.Typer(no_args_is_help=True, help="Hospitals' shares of the common scaler.")

Reason = Annotated[str, typer.Option("--reason", help="Why; it goes on record.")]


@app.command("list")
@says_what_failed
def statistics_list(
    task: Task, limit: Limit = None, since: Since = None, before: Before = None, as_json: AsJson = False
) -> None:
    """List reports with their verdicts, newest first."""
    page_of = partial(opened_director().tasks.list_statistics, LOCAL_ADMIN, TaskName(task))
    listed = read_list(page_of, limit, since, before, as_json=as_json)
    table = Table("hospital", "version", "examples", "verdict", needed("when"))
    nothing = f"No hospital has sent statistics of task {task}. It does so with: fl-envoy statistics, or fl-envoy train"
    print_list(listed, table, _cells, as_json, nothing=nothing)


@app.command("merge")
@says_what_failed
def statistics_merge(task: Task, as_json: AsJson = False) -> None:
    """Let the common scaler, and the start with it, follow the reports that count now; else a version does."""
    start = opened_director().tasks.merge_statistics(LOCAL_ADMIN, TaskName(task))
    if as_json:
        print_json(start)
        return
    scaler = f"behind the merged scaler {start.scaler_sha256}" if start.scaler_sha256 else "without a merged scaler"
    out.print(f"Hospitals start from {start.base}, {scaler}.")


@app.command("release")
@says_what_failed
def statistics_release(hospital: str, version: int, reason: Reason, task: Task, as_json: AsJson = False) -> None:
    """Let a report in quarantine count."""
    _decide("released", hospital, version, reason, task, as_json)


@app.command("reject")
@says_what_failed
def statistics_reject(hospital: str, version: int, reason: Reason, task: Task, as_json: AsJson = False) -> None:
    """Take a report out of the common scaler for good."""
    _decide("rejected", hospital, version, reason, task, as_json)


def _cells(each: StatisticsDescription) -> Sequence[str]:
    examples = str(each.num_examples)
    return each.envoy_name, str(each.version), examples, each.verdict, shown_moment(each.created_at)


def _decide(choice: Choice, hospital: str, version: int, reason: str, task: str, as_json: bool) -> None:
    why, director = DecisionRequest(reason=reason).reason, opened_director()
    envoy_name, task_name = EnvoyName(hospital), TaskName(task)
    _print(director.tasks.decide_statistics(LOCAL_ADMIN, choice, envoy_name, task_name, version, why), as_json)
    if choice == "released":
        say_nobody_was_asked(director, "release")


def _print(found: StatisticsDescription, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    out.print(f"{found.envoy_name}, {found.task}, statistics {found.version}: {found.verdict}")
    print_checks(found.checks)
