"""Uploads and their verdicts."""

from collections.abc import AsyncGenerator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from contract.messages import DecisionRequest, Page, Submission, Verdict
from contract.names import EnvoyName, TaskName
from director import registry
from director.api.guard import Caller, GuardedRoute, Serving
from director.errors import MalformedRequestError, UnsupportedMediaTypeError
from director.failpoints import reach
from director.files import storage_faults_named
from director.gate import MAX_METADATA_BYTES, Parcel

router = APIRouter(route_class=GuardedRoute, tags=["uploads"])

_PARTS = ("metadata", "model", "scaler", "log")
_BINARY = {"type": "string", "format": "binary"}
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["metadata", "model", "scaler"],
                    "properties": {
                        "metadata": {"type": "string", "contentMediaType": "application/json"},
                        "model": _BINARY,
                        "scaler": _BINARY,
                        "log": _BINARY,
                    },
                }
            }
        },
    }
}


@router.post("/upload/{envoy_name}", status_code=201, openapi_extra=_FORM)
async def upload(
    envoy_name: EnvoyName,
    request: Request,
    response: Response,
    caller: Caller,
    director: Serving,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Submission:
    """Take model.pt, scaler.pkl and the training log. 201 admitted, 202 quarantined, 200 the same again."""
    caller.require_envoy(envoy_name)  # before the body is read
    reach("receive.begun")
    with storage_faults_named():  # large parts wait in the folder for temporary files
        parcel = await _read_parcel(request)
    receipt, is_new = await run_in_threadpool(director.intake.receive, caller, envoy_name, parcel, idempotency_key)
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
    cursor: str | None = None,
) -> Page[Submission]:
    """List submissions with their verdicts, newest first; a hospital sees its own."""
    if envoy_name is not None:
        caller.require_envoy(envoy_name)
    with director.database.read() as session:
        return registry.list_submissions(
            session, caller, envoy_name=envoy_name, task=task, verdict=verdict, limit=limit, cursor=cursor
        )


@router.get("/submissions/{submission_id}")
def get_submission(submission_id: str, caller: Caller, director: Serving) -> Submission:
    """Show one submission with its checks."""
    with director.database.read() as session:
        return registry.describe_submission(registry.submission_with_id(session, submission_id, caller))


@router.post("/submissions/{submission_id}/release")
def release_submission(submission_id: str, request: DecisionRequest, caller: Caller, director: Serving) -> Submission:
    """Let a model in quarantine count, and say why."""
    return director.review.release_submission(caller, submission_id, request.reason)


@router.post("/submissions/{submission_id}/reject")
def reject_submission(submission_id: str, request: DecisionRequest, caller: Caller, director: Serving) -> Submission:
    """Take a model out for good, from quarantine or from what counts, and say why."""
    return director.review.reject_submission(caller, submission_id, request.reason)


async def _read_parcel(request: Request) -> Parcel:
    """Read the form: large parts go to a temporary file as they come, and no part comes twice."""
    content_type, _ = parse_options_header(request.headers.get("content-type", ""))
    if content_type != b"multipart/form-data":
        raise UnsupportedMediaTypeError(
            "An upload is multipart/form-data.", hint="Send the parts metadata, model, scaler and, if you like, log."
        )
    parser = MultiPartParser(
        request.headers,
        _stream(request),
        max_files=len(_PARTS),
        max_fields=len(_PARTS),
        max_part_size=MAX_METADATA_BYTES,
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, UnicodeDecodeError, ValueError) as error:
        why = getattr(error, "message", "it is not well formed")
        raise MalformedRequestError(f"The form can't be read: {str(why)[:200]}.", hint=_HINT) from None
    try:
        parts: dict[str, bytes] = {}
        for name, value in form.multi_items():
            if name not in _PARTS or name in parts:
                raise MalformedRequestError(f"The form has an unexpected part {name[:60]!r}.", hint=_HINT)
            parts[name] = await value.read() if isinstance(value, UploadFile) else value.encode()
    finally:
        await form.close()
    return _parcel(parts)


_HINT = "Send each of metadata, model and scaler once, and log at most once."


def _parcel(parts: Mapping[str, bytes]) -> Parcel:
    for name in ("metadata", "model", "scaler"):
        if name not in parts:
            raise MalformedRequestError(f"The form lacks the part {name}.", hint=_HINT, part=name)
    return Parcel(parts["metadata"], parts["model"], parts["scaler"], parts.get("log"))


async def _stream(request: Request) -> AsyncGenerator[bytes, None]:
    async for chunk in request.stream():
        yield chunk
