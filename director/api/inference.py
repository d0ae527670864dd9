"""Answers: one hospital's current model, or the global one; one row, or many."""

import json
from collections.abc import Iterable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ValidationError
from python_multipart.multipart import parse_options_header
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

from contract.messages import (
    DEFAULT_TASK,
    BatchGlobalInferenceRequest,
    BatchInferenceRequest,
    BatchPrediction,
    GlobalInferenceRequest,
    InferenceRequest,
    Prediction,
)
from contract.names import EnvoyName, TaskName
from director import batch
from director.access import Principal
from director.api.guard import Caller, GuardedRoute, Serving, director_of
from director.api.problems import request_id_of
from director.assembly import Director
from director.errors import InvalidRequestError, MalformedRequestError
from director.inference import Bundle

router = APIRouter(route_class=GuardedRoute, tags=["inference"])

_CSV = "text/csv"
_Request = TypeVar("_Request", bound=BaseModel)


def _batch_body(request: type[BaseModel]) -> dict[str, Any]:
    csv = {"schema": {"type": "string"}, "example": "diagnosis_count\n3\n12\n"}
    json_schema = {"schema": {"$ref": f"#/components/schemas/{request.__name__}"}}
    return {"requestBody": {"required": True, "content": {"application/json": json_schema, _CSV: csv}}}


@router.post("/infer")
async def infer(query: InferenceRequest, request: Request, caller: Caller, director: Serving) -> Prediction:
    """Ask one hospital's current model."""
    caller.require_envoy(query.envoy_name)
    return _answer(director, request, caller, query, query.envoy_name)


@router.post("/infer_global")
async def infer_global(
    query: GlobalInferenceRequest, request: Request, caller: Caller, director: Serving
) -> Prediction:
    """Ask the current global model."""
    return _answer(director, request, caller, query, None)


@router.post("/infer/batch", response_model=BatchPrediction, openapi_extra=_batch_body(BatchInferenceRequest))
async def infer_batch(
    request: Request,
    caller: Caller,
    director: Serving,
    envoy_name: Annotated[EnvoyName | None, Query(description="For a CSV body.")] = None,
    task: Annotated[TaskName, Query(description="For a CSV body.")] = DEFAULT_TASK,
    probabilities: Annotated[bool, Query(description="For a CSV body.")] = True,
) -> Response:
    """Ask one hospital's current model for up to 100,000 rows: JSON in, JSON out; CSV in, CSV out."""
    body = await request.body()
    if _is_csv(request):
        if envoy_name is None:
            raise MalformedRequestError("envoy_name is missing.", hint="With a CSV body it is a query parameter.")
        caller.require_envoy(envoy_name)
        return await run_in_threadpool(_csv, request, caller, envoy_name, task, body, probabilities)
    query = _parse(BatchInferenceRequest, body)
    caller.require_envoy(query.envoy_name)
    return await run_in_threadpool(_json, request, caller, query.envoy_name, query)


@router.post(
    "/infer_global/batch", response_model=BatchPrediction, openapi_extra=_batch_body(BatchGlobalInferenceRequest)
)
async def infer_global_batch(
    request: Request,
    caller: Caller,
    director: Serving,
    task: Annotated[TaskName, Query(description="For a CSV body.")] = DEFAULT_TASK,
    probabilities: Annotated[bool, Query(description="For a CSV body.")] = True,
) -> Response:
    """Ask the current global model for up to 100,000 rows: JSON in, JSON out; CSV in, CSV out."""
    body = await request.body()
    if _is_csv(request):
        return await run_in_threadpool(_csv, request, caller, None, task, body, probabilities)
    return await run_in_threadpool(_json, request, caller, None, _parse(BatchGlobalInferenceRequest, body))


def _answer(
    director: Director, request: Request, caller: Principal, query: GlobalInferenceRequest, envoy: EnvoyName | None
) -> Prediction:
    bundle = director.ward.bundle(envoy, query.task)
    request_id = request_id_of(request)
    answer = bundle.predict(query.inputs, with_probabilities=query.probabilities, request_id=request_id)
    _note(request, caller, bundle, request_id, rows=1)
    return answer


def _csv(
    request: Request, caller: Principal, envoy: EnvoyName | None, task: TaskName, body: bytes, probabilities: bool
) -> Response:
    bundle = director_of(request).ward.bundle(envoy, task)
    matrix = batch.read_csv(body, bundle.task)
    _note(request, caller, bundle, request_id_of(request), rows=len(matrix))
    return _streamed(batch.csv_answers(bundle, matrix, with_probabilities=probabilities), _CSV)


def _json(request: Request, caller: Principal, envoy: EnvoyName | None, query: BatchGlobalInferenceRequest) -> Response:
    bundle = director_of(request).ward.bundle(envoy, query.task)
    matrix = bundle.task.vectorise_rows(query.inputs)
    request_id = request_id_of(request)
    _note(request, caller, bundle, request_id, rows=len(matrix))
    answers = batch.json_answers(bundle, matrix, request_id, with_probabilities=query.probabilities)
    return _streamed(answers, "application/json")


def _streamed(parts: Iterable[bytes], media_type: str) -> Response:
    return StreamingResponse(iterate_in_threadpool(parts), media_type=media_type)


def _note(request: Request, caller: Principal, bundle: Bundle, request_id: str, *, rows: int) -> None:
    """Log who asked which model: never the inputs."""
    model = bundle.model
    line = {
        "at": director_of(request).clock().isoformat(timespec="milliseconds"),
        "request_id": request_id,
        "caller": caller.actor,
        "task": bundle.task.name,
        "scope": model.scope,
        "envoy": model.envoy_name,
        "version": model.version,
        "sha256": model.sha256,
        "rows": rows,
    }
    request.app.state.inference_log.append(json.dumps(line).encode() + b"\n")


def _is_csv(request: Request) -> bool:
    content_type, _ = parse_options_header(request.headers.get("content-type", ""))
    return content_type == _CSV.encode()


def _parse(form: type[_Request], body: bytes) -> _Request:
    try:
        return form.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:120]
        kind = MalformedRequestError if first["type"] == "json_invalid" else InvalidRequestError
        raise kind(
            f"{where or 'body'}: {first['msg'][:300]}.", hint="Send JSON as GET /docs says, or text/csv."
        ) from None
