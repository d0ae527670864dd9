"""The admin's validation table of a task."""

from typing import Any

from fastapi import APIRouter, Request

from contract.messages.validation import ValidationTable
from contract.names import TaskName
from director.api.batches import BatchDesk, take, whole
from director.api.content_types import CSV, require_no_form
from director.api.guard import Caller, GuardedRoute, Serving, may
from director.members.access import ADMIN

router = APIRouter(route_class=GuardedRoute, tags=["validation"])

_CSV: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string"}, "example": "diagnosis_count,label\n3,low\n12,medium\n"}},
    }
}


@router.get("/validation/{task}")
@may(ADMIN)
def get_validation(task: TaskName, director: Serving) -> ValidationTable:
    """Say which validation table holds."""
    return director.models.validation_table(task)


@router.put("/validation/{task}", openapi_extra=_CSV)
@may(ADMIN, body="table")
async def set_validation(task: TaskName, request: Request, caller: Caller, director: Serving) -> ValidationTable:
    """Hold every model against this table from now on: CSV of the task's features and `label` (low … high, or 0, 1)."""
    require_no_form(request, CSV)
    desk: BatchDesk = request.app.state.batches
    with desk.place(request) as in_memory_bytes, director.blobs.spool(in_memory_bytes) as file:
        await take(request, file, in_memory_bytes)
        return await desk.in_turn(lambda: director.models.set_validation_table(caller, task, whole(file)))


@router.delete("/validation/{task}")
@may(ADMIN)
def clear_validation(task: TaskName, caller: Caller, director: Serving) -> ValidationTable:
    """Hold models against no table any more."""
    return director.models.set_validation_table(caller, task, None)
