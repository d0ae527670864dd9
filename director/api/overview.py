"""The federation in one look, and over time: what the dashboard's pictures are drawn from."""

from fastapi import APIRouter

from contract.messages.base import Page
from contract.messages.overview import (
    HospitalCourse,
    Overview,
    Received,
    RoundLadder,
    RoundRecord,
    TrainingLog,
    VersionSummary,
)
from contract.names import EnvoyName
from director.api.guard import (
    AskedTask,
    Caller,
    CursorByMoment,
    CursorByNumber,
    GuardedRoute,
    NumberInPath,
    PageLimit,
    Serving,
    SubmissionId,
    may,
)
from director.members.access import ADMIN, ANALYST, HOSPITAL, STAFF

router = APIRouter(route_class=GuardedRoute, tags=["overview"])


@router.get("/overview")
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
def get_overview(caller: Caller, director: Serving, task: AskedTask) -> Overview:
    """Say in one answer who is silent, what waits on whom, and what waits for a person."""
    return director.overview.overview(caller, task)


@router.get("/lineage")
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
def list_lineage(
    caller: Caller, director: Serving, task: AskedTask, limit: PageLimit = 50, cursor: CursorByNumber = None
) -> Page[VersionSummary]:
    """List a task's global versions in short, newest first."""
    return director.overview.lineage(task, limit=limit, cursor=cursor)


@router.get("/envoys/{envoy_name}/received")
@may(HOSPITAL, STAFF, ADMIN)
def list_received(
    envoy_name: EnvoyName,
    caller: Caller,
    director: Serving,
    limit: PageLimit = 50,
    cursor: CursorByMoment = None,
) -> Page[Received]:
    """List all that a hospital sent here and the director kept, newest first."""
    return director.overview.received(caller, envoy_name, limit=limit, cursor=cursor)


@router.get("/envoys/{envoy_name}/course")
@may(HOSPITAL, STAFF, ADMIN)
def get_course(envoy_name: EnvoyName, caller: Caller, director: Serving, task: AskedTask) -> HospitalCourse:
    """Show how a hospital's models did, as it reported them, oldest first; of many the newest 500."""
    return director.overview.course(caller, envoy_name, task)


@router.get("/submissions/{submission_id}/log")
@may(HOSPITAL, STAFF, ADMIN)
def get_training_log(submission_id: SubmissionId, caller: Caller, director: Serving) -> TrainingLog:
    """Show the training log of an upload, line by line."""
    return director.overview.training_log(caller, submission_id)


@router.get("/runs/{run}/rounds")
@may(HOSPITAL, STAFF, ADMIN)
def list_run_rounds(
    run: NumberInPath, caller: Caller, director: Serving, limit: PageLimit = 50, cursor: CursorByNumber = None
) -> Page[RoundRecord]:
    """List a run's rounds with each hospital's part, newest first."""
    return director.overview.rounds(caller, run, limit=limit, cursor=cursor)


@router.get("/rounds/{n}/ladder")
@may(HOSPITAL, STAFF, ADMIN)
def get_ladder(n: NumberInPath, caller: Caller, director: Serving) -> RoundLadder:
    """Show how far each hospital is in a round."""
    return director.overview.ladder(caller, n)
