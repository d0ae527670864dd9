"""``fl-director statistics``: hospitals' shares of the common scaler, and decisions about those in quarantine."""

from typing import Annotated

import typer
from rich.table import Table

from contract.messages import DEFAULT_TASK, DecisionRequest, StatisticsDescription
from contract.names import EnvoyName, TaskName
from director.cli.program import AsJson, Task, opened_director, out, print_checks, print_json, says_what_failed
from director.members.access import LOCAL_ADMIN
from director.members.registry import MAX_PAGE, page_of
from director.tasks import statistics

app = typer.Typer(no_args_is_help=True, help="Hospitals' shares of the common scaler.")

Reason = Annotated[str, typer.Option("--reason", help="Why; it goes on record.")]


@app.command("list")
@says_what_failed
def statistics_list(task: Task = DEFAULT_TASK, as_json: AsJson = False) -> None:
    """List the newest reports with their verdicts."""
    with opened_director().database.read() as session:
        rows, _ = page_of(session, statistics.reports(LOCAL_ADMIN, TaskName(task)), MAX_PAGE, None)
        found = [statistics.describe_report(row) for row in rows]
    if as_json:
        print_json(found)
        return
    table = Table("hospital", "version", "examples", "verdict", "when")
    for each in found:
        when = f"{each.created_at:%Y-%m-%d %H:%M}"
        table.add_row(each.envoy_name, str(each.version), str(each.num_examples), each.verdict, when)
    out.print(table)


@app.command("release")
@says_what_failed
def statistics_release(
    hospital: str, version: int, reason: Reason, task: Task = DEFAULT_TASK, as_json: AsJson = False
) -> None:
    """Let a report in quarantine count."""
    why, review = DecisionRequest(reason=reason).reason, opened_director().review
    _print(review.release_statistics(LOCAL_ADMIN, EnvoyName(hospital), TaskName(task), version, why), as_json)


@app.command("reject")
@says_what_failed
def statistics_reject(
    hospital: str, version: int, reason: Reason, task: Task = DEFAULT_TASK, as_json: AsJson = False
) -> None:
    """Take a report out of the common scaler for good."""
    why, review = DecisionRequest(reason=reason).reason, opened_director().review
    _print(review.reject_statistics(LOCAL_ADMIN, EnvoyName(hospital), TaskName(task), version, why), as_json)


def _print(found: StatisticsDescription, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    out.print(f"{found.envoy_name}, {found.task}, statistics {found.version}: {found.verdict}", markup=False)
    print_checks(found.checks)
