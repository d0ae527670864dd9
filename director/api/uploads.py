"""Uploads and their verdicts."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from contract.messages import DecisionRequest, Page, Submission, Verdict
from contract.names import EnvoyName, TaskName
from director.api.guard import Caller, Cursor, GuardedRoute, IdempotencyKey, Serving
from director.api.parcels import Desk, form_schema, spool
from director.members import registry
from director.records.failpoints import reach

router = APIRouter(route_class=GuardedRoute, tags=["uploads"])


# The form is told, not checked: what has another is not there.
SubmissionId = Annotated[str, Path(json_schema_extra={"pattern": "^[0-9a-f]{16}$"})]
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": Submission, "description": "The same as before"},
    202: {"model": Submission, "description": "Quarantined"},
}


@router.post("/upload/{envoy_name}", status_code=201, openapi_extra=form_schema(), responses=_ANSWERS)
async def upload(
    envoy_name: EnvoyName,
    request: Request,
    response: Response,
    caller: Caller,
    director: Serving,
    idempotency_key: IdempotencyKey = None,
) -> Submission:
    """Take model.pt, scaler.pkl and the training log. 201 admitted, 202 quarantined, 200 the same again."""
    caller.require_envoy(envoy_name)  # before the body is read
    reach("receive.begun")
    desk: Desk = request.app.state.desk
    with desk.place(), director.blobs.spool() as file:
        form = await spool(request, file)
        receipt, is_new = await desk.judge(
            lambda: director.intake.receive(caller, envoy_name, form.parcel(), idempotency_key)
        )
    response.status_code = (202 if receipt.verdict == "quarantined" else 201) if is_new else 200
    return receipt


@router.get("/submissions")
def list_submissions(
    caller: Caller,
    director: Serving,
    envoy_name: EnvoyName | None = None,
    task: TaskName | None = None,
    verdict: Verdict | None = None,
    limit: Annotated[int, Query(ge=1, le=registry.MAX_PAGE)] = 50,
    cursor: Cursor = None,
) -> Page[Submission]:
    """List submissions with their verdicts, newest first; a hospital sees its own."""
    if envoy_name is not None:
        caller.require_envoy(envoy_name)
    with director.database.read() as session:
        return registry.list_submissions(
            session, caller, envoy_name=envoy_name, task=task, verdict=verdict, limit=limit, cursor=cursor
        )


@router.get("/submissions/{submission_id}")
def get_submission(submission_id: SubmissionId, caller: Caller, director: Serving) -> Submission:
    """Show one submission with its checks."""
    with director.database.read() as session:
        return registry.describe_submission(registry.submission_with_id(session, submission_id, caller))


@router.post("/submissions/{submission_id}/release")
def release_submission(
    submission_id: SubmissionId, request: DecisionRequest, caller: Caller, director: Serving
) -> Submission:
    """Let a model in quarantine count, and say why."""
    return director.review.release_submission(caller, submission_id, request.reason)


@router.post("/submissions/{submission_id}/reject")
def reject_submission(
    submission_id: SubmissionId, request: DecisionRequest, caller: Caller, director: Serving
) -> Submission:
    """Take a model out for good, from quarantine or from what counts, and say why."""
    return director.review.reject_submission(caller, submission_id, request.reason)
