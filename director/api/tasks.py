"""What the federation learns, and what everyone starts from."""

from fastapi import APIRouter, Response

from contract.messages import Page, Start, TaskDescription
from contract.names import Digest, TaskName
from contract.tasks import RISK_LEVELS, Task
from director.api.guard import BINARY, OCTETS, Caller, GuardedRoute, Serving
from director.errors import NotFoundError
from director.records import audit
from director.submissions.arrival import find_task
from director.tasks import starts

router = APIRouter(route_class=GuardedRoute, tags=["tasks and starts"])


@router.get("/tasks")
def list_tasks(director: Serving) -> Page[TaskDescription]:
    """List the tasks of this federation."""
    return Page(items=[_describe(task) for task in director.tasks.values()])


@router.get("/tasks/{task}")
def get_task(task: TaskName, director: Serving) -> TaskDescription:
    """Describe a task: features with units and sources, label, cut points, layout."""
    return _describe(find_task(director.tasks, task))


@router.get("/tasks/{task}/start")
def get_start(task: TaskName, director: Serving) -> Start:
    """Say what everyone starts from: one atomic answer."""
    found = find_task(director.tasks, task)
    with director.database.read() as session:
        row = starts.current_start(session, found.name)
        if row is None:
            raise NotFoundError(f"Task {task} has no start yet.", hint="Restart the director, then try again.")
        return starts.describe_start(row)


@router.get("/blobs/{sha256}", response_class=Response, responses=BINARY)
def get_blob(sha256: Digest, caller: Caller, director: Serving) -> Response:
    """Give the bytes of a start's model or scaler; who read a model is put on record."""
    with director.database.read() as session:
        start = starts.start_with_file(session, sha256)
    data = director.blobs.read(sha256)
    if sha256 == start.model_sha256:
        with director.database.write() as session:
            now, actor = director.clock(), caller.actor
            audit.record(session, at=now, actor=actor, act="start.read", subject=start.task, model=sha256)
    return Response(data, media_type=OCTETS)


def _describe(task: Task) -> TaskDescription:
    own = {name: getattr(task, name) for name in Task.__dataclass_fields__}
    return TaskDescription(**own, risk_levels=RISK_LEVELS, layout=task.layout, digest=task.digest)
