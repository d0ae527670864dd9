"""Global models: aggregating, reading, publishing and rolling back."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from contract.messages import DEFAULT_TASK, AggregationRequest, GlobalModel, Page
from contract.names import TaskName
from director.api.guard import BINARY, OCTETS, Caller, Cursor, GuardedRoute, IdempotencyKey, Serving
from director.members.registry import MAX_PAGE

router = APIRouter(route_class=GuardedRoute, tags=["global models"])

Version = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.post("/aggregations", status_code=201, responses={200: {"model": GlobalModel, "description": "A preview"}})
def aggregate(
    request: AggregationRequest,
    response: Response,
    caller: Caller,
    director: Serving,
    idempotency_key: IdempotencyKey = None,
) -> GlobalModel:
    """Average the hospitals' current models into a new global version and publish it; dry_run only previews (200)."""
    if request.dry_run:
        response.status_code = 200
    return director.global_models.aggregate(caller, request, idempotency_key)


@router.get("/global_models")
def list_global_models(
    caller: Caller,
    director: Serving,
    task: TaskName | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    cursor: Cursor = None,
) -> Page[GlobalModel]:
    """List global versions with their lineage, newest first."""
    return director.global_models.page(caller, task, limit, cursor)


@router.get("/global_models/{version}")
def get_global_model(version: Version, caller: Caller, director: Serving, task: TaskName = DEFAULT_TASK) -> GlobalModel:
    """Show one global version: inputs' digests, weights, strategy, metrics."""
    return director.global_models.get(caller, task, version)


@router.get("/global_models/{version}/model.pt", response_class=Response, responses=BINARY)
def download_global_model(
    version: Version, caller: Caller, director: Serving, task: TaskName = DEFAULT_TASK
) -> Response:
    """Give a version's model; who read it is put on record."""
    return Response(director.global_models.file(caller, task, version, "model"), media_type=OCTETS)


@router.get("/global_models/{version}/scaler.pkl", response_class=Response, responses=BINARY)
def download_global_scaler(
    version: Version, caller: Caller, director: Serving, task: TaskName = DEFAULT_TASK
) -> Response:
    """Give the scaler that a version stands behind; who read it is put on record."""
    return Response(director.global_models.file(caller, task, version, "scaler"), media_type=OCTETS)


@router.post("/global_models/{version}/publish")
def publish_global_model(
    version: Version, caller: Caller, director: Serving, task: TaskName = DEFAULT_TASK
) -> GlobalModel:
    """Make a version the current one; an older one is a rollback."""
    return director.global_models.publish(caller, task, version)
