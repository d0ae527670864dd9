"""Uploads and their verdicts."""

from typing import Any

from fastapi import APIRouter, Request, Response

from contract.messages.base import Page, Verdict
from contract.messages.decisions import DecisionRequest
from contract.messages.uploads import Submission
from contract.names import EnvoyName, TaskName
from director.api.guard import (
    Caller,
    CursorByMoment,
    GuardedRoute,
    IdempotencyKey,
    PageLimit,
    Serving,
    SubmissionId,
    may,
)
from director.api.parcels import Desk, form_schema, spool
from director.api.proposals import PROPOSED, or_proposed
from director.members.access import ADMIN, HOSPITAL, STAFF
from director.records.failpoints import reach

router = APIRouter(route_class=GuardedRoute, tags=["uploads"])


# The form is told, not checked: what has another is not there.
_ANSWERS: dict[int | str, dict[str, Any]] = {200: {"model": Submission, "description": "The same as before"}}


@router.post("/upload/{envoy_name}", status_code=201, openapi_extra=form_schema(), responses=_ANSWERS)
@may(HOSPITAL, body="upload", is_upload=True)
async def upload(
    envoy_name: EnvoyName,
    request: Request,
    response: Response,
    caller: Caller,
    director: Serving,
    idempotency_key: IdempotencyKey = None,
) -> Submission:
    """Take the parts of an upload. 201 admitted, 200 the same again."""
    reach("receive.begun")
    desk: Desk = request.app.state.desk
    with desk.place(), director.blobs.spool() as file:
        form = await spool(request, desk, file)
        receipt, is_new = await desk.in_turn(
            lambda: director.submissions.receive(caller, envoy_name, form.parcel(), idempotency_key)
        )
    response.status_code = 201 if is_new else 200
    return receipt


@router.get("/submissions")
@may(HOSPITAL, STAFF, ADMIN)
def list_submissions(
    caller: Caller,
    director: Serving,
    envoy_name: EnvoyName | None = None,
    task: TaskName | None = None,
    verdict: Verdict | None = None,
    limit: PageLimit = 50,
    cursor: CursorByMoment = None,
) -> Page[Submission]:
    """List submissions with their verdicts, newest first; a hospital sees its own."""
    return director.submissions.list(
        caller, envoy_name=envoy_name, task=task, verdict=verdict, limit=limit, cursor=cursor
    )


@router.get("/submissions/{submission_id}")
@may(HOSPITAL, STAFF, ADMIN)
def get_submission(submission_id: SubmissionId, caller: Caller, director: Serving) -> Submission:
    """Show one submission with its checks."""
    return director.submissions.get(caller, submission_id)


@router.post("/submissions/{submission_id}/release", response_model=Submission, responses=PROPOSED)
@may(ADMIN)
def release_submission(
    submission_id: SubmissionId, request: DecisionRequest, caller: Caller, director: Serving
) -> Submission | Response:
    """Let a model in quarantine count, and say why."""
    return or_proposed(director.proposals.release(caller, submission_id, request.reason))


@router.post("/submissions/{submission_id}/reject")
@may(ADMIN)
def reject_submission(
    submission_id: SubmissionId, request: DecisionRequest, caller: Caller, director: Serving
) -> Submission:
    """Take a model out for good, from quarantine or from what counts, and say why."""
    return director.submissions.decide(caller, "rejected", submission_id, request.reason)
