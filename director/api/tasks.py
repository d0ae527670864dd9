"""What the federation learns, and what everyone starts from."""

from fastapi import APIRouter, Response

from contract.messages.base import Page
from contract.messages.tasks import Start, TaskDescription
from contract.names import Digest, TaskName
from director.api.guard import Caller, GuardedRoute, Serving, may
from director.api.ranges import IN_RANGES, Range, in_range
from director.members.access import ADMIN, ANALYST, HOSPITAL, STAFF

router = APIRouter(route_class=GuardedRoute, tags=["tasks and starts"])


@router.get("/tasks")
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
def list_tasks(director: Serving) -> Page[TaskDescription]:
    """List the tasks of this federation."""
    return director.tasks.list()


@router.get("/tasks/{task}")
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
def get_task(task: TaskName, director: Serving) -> TaskDescription:
    """Describe a task: features with units and sources, label, cut points, layout."""
    return director.tasks.get(task)


@router.get("/tasks/{task}/start")
@may(HOSPITAL)
def get_start(task: TaskName, director: Serving) -> Start:
    """Say what everyone starts from: one atomic answer."""
    return director.tasks.start(task)


@router.post("/tasks/{task}/start")
@may(ADMIN)
def move_start(task: TaskName, caller: Caller, director: Serving) -> Start:
    """Let the common scaler, and the start with it, follow the reports that count now; else a version does."""
    return director.tasks.merge_statistics(caller, task)


@router.get("/blobs/{sha256}", response_class=Response, responses=IN_RANGES)
@may(HOSPITAL)
def get_blob(sha256: Digest, caller: Caller, director: Serving, range_: Range = None) -> Response:
    """Give the bytes of a start's model or scaler, or the rest of them; who read a model is put on record."""
    return in_range(director.tasks.start_file(caller, sha256), range_)
