"""Hospitals' shares of the common scaler, and what a person decides about one in quarantine."""

from fastapi import APIRouter, Response

from contract.messages.base import Page
from contract.messages.decisions import DecisionRequest
from contract.messages.statistics import StatisticsDescription, StatisticsReceipt, StatisticsReport
from contract.names import EnvoyName, TaskName
from director.api.guard import AskedTask, Caller, CursorByNumber, GuardedRoute, NumberInPath, PageLimit, Serving, may
from director.api.proposals import PROPOSED, or_proposed
from director.members.access import ADMIN, HOSPITAL, STAFF

router = APIRouter(route_class=GuardedRoute, tags=["statistics"])


@router.post(
    "/statistics/{envoy_name}",
    status_code=201,
    responses={
        200: {"model": StatisticsReceipt, "description": "The same as before"},
        202: {"model": StatisticsReceipt, "description": "Kept, in quarantine"},
    },
)
@may(HOSPITAL, is_upload=True)
def report_statistics(
    envoy_name: EnvoyName, report: StatisticsReport, response: Response, caller: Caller, director: Serving
) -> StatisticsReceipt:
    """Take a hospital's share of the common scaler. 201 kept; 202 kept, in quarantine; 200 the same again."""
    receipt, is_new = director.tasks.report_statistics(caller, envoy_name, report)
    response.status_code = (202 if receipt.verdict == "quarantined" else 201) if is_new else 200
    return receipt


@router.get("/statistics")
@may(HOSPITAL, STAFF, ADMIN)
def list_statistics(
    caller: Caller,
    director: Serving,
    task: TaskName | None = None,
    limit: PageLimit = 50,
    cursor: CursorByNumber = None,
) -> Page[StatisticsDescription]:
    """List hospitals' reports with their verdicts, newest first; a hospital sees its own."""
    return director.tasks.list_statistics(caller, task, limit=limit, cursor=cursor)


@router.post("/statistics/{envoy_name}/{version}/release", response_model=StatisticsDescription, responses=PROPOSED)
@may(ADMIN)
def release_statistics(
    envoy_name: EnvoyName,
    version: NumberInPath,
    request: DecisionRequest,
    caller: Caller,
    director: Serving,
    task: AskedTask,
) -> StatisticsDescription | Response:
    """Let a report in quarantine count in the common scaler, and say why."""
    return or_proposed(director.proposals.release_statistics(caller, envoy_name, task, version, request.reason))


@router.post("/statistics/{envoy_name}/{version}/reject")
@may(ADMIN)
def reject_statistics(
    envoy_name: EnvoyName,
    version: NumberInPath,
    request: DecisionRequest,
    caller: Caller,
    director: Serving,
    task: AskedTask,
) -> StatisticsDescription:
    """Take a report out of the common scaler for good, and say why."""
    return director.tasks.decide_statistics(caller, "rejected", envoy_name, task, version, request.reason)
