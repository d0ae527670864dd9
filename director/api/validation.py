"""The admin's validation table of a task."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from contract.messages import ValidationTable
from contract.names import TaskName
from director.api.guard import Caller, GuardedRoute, Serving
from director.assembly import Director
from director.models import validation
from director.submissions.arrival import find_task

router = APIRouter(route_class=GuardedRoute, tags=["validation"])

_CSV: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string"}, "example": "diagnosis_count,label\n3,low\n12,medium\n"}},
    }
}


@router.get("/validation/{task}")
def get_validation(task: TaskName, director: Serving) -> ValidationTable:
    """Say which validation table holds."""
    with director.database.read() as session:
        return validation.describe_table(session, find_task(director.tasks, task))


@router.put("/validation/{task}", openapi_extra=_CSV)
async def set_validation(task: TaskName, request: Request, caller: Caller, director: Serving) -> ValidationTable:
    """Hold every model against this table from now on: CSV of the task's features and `label` (low, medium, high)."""
    return await run_in_threadpool(_set, director, task, await request.body(), caller.actor)


@router.delete("/validation/{task}")
def clear_validation(task: TaskName, caller: Caller, director: Serving) -> ValidationTable:
    """Hold models against no table any more."""
    return _set(director, task, None, caller.actor)


def _set(director: Director, task: TaskName, data: bytes | None, actor: str) -> ValidationTable:
    found = find_task(director.tasks, task)
    with director.database.write() as session:
        return validation.set_table(session, director.blobs, found, data, now=director.clock(), actor=actor)
