"""Hospitals' shares of the common scaler, and what a person decides about one in quarantine."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from contract.messages import (
    DEFAULT_TASK,
    DecisionRequest,
    Page,
    StatisticsDescription,
    StatisticsReceipt,
    StatisticsReport,
)
from contract.names import EnvoyName, TaskName
from director.api.guard import Caller, Cursor, GuardedRoute, Serving
from director.members.registry import MAX_PAGE, envoy_named, page_of
from director.records.failpoints import reach
from director.submissions.arrival import find_task
from director.tasks import statistics
from director.tasks.starts import take_statistics

router = APIRouter(route_class=GuardedRoute, tags=["statistics"])

Version = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.post(
    "/statistics/{envoy_name}",
    status_code=201,
    responses={
        200: {"model": StatisticsReceipt, "description": "The same as before"},
        202: {"model": StatisticsReceipt, "description": "Kept, in quarantine"},
    },
)
def report_statistics(
    envoy_name: EnvoyName, report: StatisticsReport, response: Response, caller: Caller, director: Serving
) -> StatisticsReceipt:
    """Take a hospital's share of the common scaler. 201 kept; 202 kept, in quarantine; 200 the same again."""
    caller.require_envoy(envoy_name)
    task = find_task(director.tasks, report.task)
    statistics.check_report(report, task)
    with director.database.write() as session:
        envoy = envoy_named(session, envoy_name)
        receipt, is_new = take_statistics(
            session,
            director.blobs,
            task,
            envoy,
            report,
            bounds=director.settings.gate,
            now=director.clock(),
            actor=caller.actor,
        )
        reach("statistics.written")
    reach("statistics.committed")
    response.status_code = (202 if receipt.verdict == "quarantined" else 201) if is_new else 200
    return receipt


@router.get("/statistics")
def list_statistics(
    caller: Caller,
    director: Serving,
    task: TaskName | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    cursor: Cursor = None,
) -> Page[StatisticsDescription]:
    """List hospitals' reports with their verdicts, newest first; a hospital sees its own."""
    with director.database.read() as session:
        rows, following = page_of(session, statistics.reports(caller, task), limit, cursor)
        return Page(items=[statistics.describe_report(row) for row in rows], next=following)


@router.post("/statistics/{envoy_name}/{version}/release")
def release_statistics(
    envoy_name: EnvoyName,
    version: Version,
    request: DecisionRequest,
    caller: Caller,
    director: Serving,
    task: TaskName = DEFAULT_TASK,
) -> StatisticsDescription:
    """Let a report in quarantine count in the common scaler, and say why."""
    return director.review.release_statistics(caller, envoy_name, task, version, request.reason)


@router.post("/statistics/{envoy_name}/{version}/reject")
def reject_statistics(
    envoy_name: EnvoyName,
    version: Version,
    request: DecisionRequest,
    caller: Caller,
    director: Serving,
    task: TaskName = DEFAULT_TASK,
) -> StatisticsDescription:
    """Take a report out of the common scaler for good, and say why."""
    return director.review.reject_statistics(caller, envoy_name, task, version, request.reason)
