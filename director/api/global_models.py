"""Global models: aggregating, reading, publishing and rolling back."""

from fastapi import APIRouter, Response

from contract.messages.base import Page
from contract.messages.comparisons import VersionComparison
from contract.messages.global_models import (
    AggregationRequest,
    AnswerRequest,
    GlobalModel,
    NoteRequest,
    PublishRequest,
)
from contract.names import AliasName, TaskName
from director.api.guard import (
    AskedTask,
    Caller,
    CursorByNumber,
    GuardedRoute,
    IdempotencyKey,
    NumberInPath,
    PageLimit,
    Serving,
    may,
)
from director.api.proposals import PROPOSED, or_proposed
from director.api.ranges import IN_RANGES, Range, in_range
from director.members.access import ADMIN, ANALYST, HOSPITAL, STAFF

router = APIRouter(route_class=GuardedRoute, tags=["global models"])


@router.post(
    "/aggregations",
    status_code=201,
    responses={200: {"model": GlobalModel, "description": "A preview; or nothing is new"}},
)
@may(ADMIN)
def aggregate(
    request: AggregationRequest,
    response: Response,
    caller: Caller,
    director: Serving,
    idempotency_key: IdempotencyKey = None,
) -> GlobalModel:
    """Move the global model on by what is new since the current one, into a version (201).

    200: dry_run previews; and where nothing is new the current version is the answer, with a sentence in `notes`.
    """
    answer, is_new = director.models.aggregate(caller, request, idempotency_key)
    response.status_code = 201 if is_new else 200
    return answer


@router.get("/global_models")
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
def list_global_models(
    caller: Caller,
    director: Serving,
    task: TaskName | None = None,
    alias: AliasName | None = None,
    limit: PageLimit = 50,
    cursor: CursorByNumber = None,
) -> Page[GlobalModel]:
    """List global versions with their lineage, newest first; with `alias` what is called so."""
    return director.models.list(caller, task, limit=limit, cursor=cursor, alias=alias)


@router.get("/global_models/current")  # before the one whose path takes any word for a version
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
def get_current_global_model(caller: Caller, director: Serving, task: AskedTask) -> GlobalModel:
    """Show the current global version; fetch its files by its number, so that model and scaler belong together."""
    return director.naming.current(caller, task)


@router.get("/global_models/{version}")
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
def get_global_model(version: NumberInPath, caller: Caller, director: Serving, task: AskedTask) -> GlobalModel:
    """Show one global version: inputs' digests, weights, strategy, metrics."""
    return director.models.get(caller, task, version)


@router.get("/global_models/{version}/comparison/{other}")
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
def compare_global_models(
    version: NumberInPath, other: NumberInPath, caller: Caller, director: Serving, task: AskedTask
) -> VersionComparison:
    """Put two versions beside each other: what hospitals reported, the validation table, the lineage, the weights."""
    return director.comparing.compare(caller, task, version, other)


@router.get("/global_models/{version}/model.pt", response_class=Response, responses=IN_RANGES)
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
def download_global_model(
    version: NumberInPath, caller: Caller, director: Serving, task: AskedTask, range_: Range = None
) -> Response:
    """Give a version's model, or the rest of it; who read it is put on record."""
    return in_range(director.models.file(caller, task, version, "model"), range_)


@router.get("/global_models/{version}/scaler.pkl", response_class=Response, responses=IN_RANGES)
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
def download_global_scaler(
    version: NumberInPath, caller: Caller, director: Serving, task: AskedTask, range_: Range = None
) -> Response:
    """Give the scaler that a version stands behind; who read it is put on record."""
    return in_range(director.models.file(caller, task, version, "scaler"), range_)


@router.post("/global_models/{version}/publish", response_model=GlobalModel, responses=PROPOSED)
@may(ADMIN)
def publish_global_model(
    version: NumberInPath, caller: Caller, director: Serving, task: AskedTask, request: PublishRequest | None = None
) -> GlobalModel | Response:
    """Make a version the current one; an older one is a rollback. One that was never confirmed takes a reason."""
    return or_proposed(director.proposals.publish(caller, task, version, request.reason if request else None))


@router.post("/global_models/{version}/answers", status_code=201)
@may(HOSPITAL)
def answer_global_model(
    version: NumberInPath, request: AnswerRequest, caller: Caller, director: Serving
) -> GlobalModel:
    """Take a hospital's word on a version; where it waits for the hospitals' word the last one publishes it."""
    return director.models.answer(caller, request.task, version, request.answer)


@router.put("/global_models/{version}/aliases/{alias}")
@may(ADMIN)
def set_alias(
    version: NumberInPath,
    alias: AliasName,
    caller: Caller,
    director: Serving,
    task: AskedTask,
    idempotency_key: IdempotencyKey = None,
) -> GlobalModel:
    """Call a version so from now on, and no other one of its task; `champion` and its like follow from what is."""
    return director.naming.alias(caller, task, version, alias, idempotency_key)


@router.delete("/global_models/{version}/aliases/{alias}")
@may(ADMIN)
def clear_alias(
    version: NumberInPath,
    alias: AliasName,
    caller: Caller,
    director: Serving,
    task: AskedTask,
    idempotency_key: IdempotencyKey = None,
) -> GlobalModel:
    """Call a version so no longer; where it is not called so, nothing changes."""
    return director.naming.unalias(caller, task, version, alias, idempotency_key)


@router.put("/global_models/{version}/note")
@may(ADMIN)
def set_note(
    version: NumberInPath,
    request: NoteRequest,
    caller: Caller,
    director: Serving,
    task: AskedTask,
    idempotency_key: IdempotencyKey = None,
) -> GlobalModel:
    """Note something about a version, in place of what was noted; an empty text takes it away."""
    return director.naming.note(caller, task, version, request.note, idempotency_key)
