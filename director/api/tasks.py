"""What the federation learns, and what everyone starts from."""

from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from contract.messages.base import Page
from contract.messages.tasks import Start, TaskDescription
from contract.names import Digest, TaskName
from director.api.guard import Caller, GuardedRoute, Serving, may
from director.api.ranges import IN_RANGES, Range, in_range
from director.members.access import ADMIN, ANALYST, HOSPITAL, STAFF

router = APIRouter(route_class=GuardedRoute, tags=["tasks and starts"])


_TOML: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/toml": {"schema": {"type": "string"}}}}
}


@router.get("/tasks")
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
def list_tasks(director: Serving, with_retired: bool = False) -> Page[TaskDescription]:
    """List the tasks that this federation learns; with `with_retired` also those that it learns no more."""
    return director.tasks.list(with_retired=with_retired)


@router.post(
    "/tasks",
    status_code=201,
    responses={200: {"model": TaskDescription, "description": "It is learned already"}},
    openapi_extra=_TOML,
)
@may(ADMIN)
async def add_task(request: Request, response: Response, caller: Caller, director: Serving) -> TaskDescription:
    """Let the federation learn a task from now on: its file's text; a further file of its name defines it anew."""
    file = await request.body()
    found, is_new = await to_thread.run_sync(director.tasks.add, caller, file)
    response.status_code = 201 if is_new else 200
    return found


@router.get("/tasks/{task}")
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
def get_task(task: TaskName, director: Serving) -> TaskDescription:
    """Describe a task: features with units and sources, label, cut points, layout."""
    return director.tasks.get(task)


@router.post("/tasks/{task}/retire")
@may(ADMIN)
def retire_task(task: TaskName, caller: Caller, director: Serving) -> TaskDescription:
    """Let nothing be learned of a task any more: no statistics, uploads, runs; its models stay, and answer."""
    return director.tasks.retire(caller, task)


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
