"""Answers: one hospital's current model, or the global one; one row, or many."""

import json
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import IO, Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ValidationError
from python_multipart.multipart import parse_options_header

from contract.errors import FederationError, InvalidNameError
from contract.messages.base import MAX_BATCH_ROWS, OfTask
from contract.messages.inference import (
    BatchGlobalInferenceRequest,
    BatchInferenceRequest,
    BatchPrediction,
    BinaryBatchPrediction,
    BinaryPrediction,
    GlobalInferenceRequest,
    InferenceRequest,
    Prediction,
)
from contract.names import EnvoyName
from director.api.batches import BatchDesk, take
from director.api.guard import DirectRoute, caller_of, director_of, may
from director.api.pieces import in_pieces
from director.api.problems import request_id_of
from director.errors import InvalidRequestError, MalformedRequestError
from director.inference.service import ManyAnswers, Question
from director.members.access import ADMIN, ANALYST, HOSPITAL, STAFF

router = APIRouter(route_class=DirectRoute, tags=["inference"])

_CSV = "text/csv"
_LONG_BYTES = 64 * 1024
_Request = TypeVar("_Request", bound=BaseModel)


def _json_body(form: type[BaseModel]) -> dict[str, Any]:
    schema = {"schema": {"$ref": f"#/components/schemas/{form.__name__}"}}
    return {"requestBody": {"required": True, "content": {"application/json": schema}}}


def _batch_body(form: type[BaseModel]) -> dict[str, Any]:
    body = _json_body(form)
    body["requestBody"]["content"][_CSV] = {"schema": {"type": "string"}, "example": "diagnosis_count\n3\n12\n"}
    body["parameters"] = [
        {"name": name, "in": "query", "required": False, "schema": {"type": kind}, "description": "With a CSV body."}
        for name, kind in (("envoy_name", "string"), ("task", "string"), ("probabilities", "boolean"))
        if name in form.model_fields
    ]
    return body


@router.post("/infer", response_model=Prediction | BinaryPrediction, openapi_extra=_json_body(InferenceRequest))
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
async def infer(request: Request) -> Response:
    """Ask one hospital's current model."""
    return await _one_answered(request, InferenceRequest)


@router.post(
    "/infer_global", response_model=Prediction | BinaryPrediction, openapi_extra=_json_body(GlobalInferenceRequest)
)
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
async def infer_global(request: Request) -> Response:
    """Ask the current global model."""
    return await _one_answered(request, GlobalInferenceRequest)


VERSION_HEADER, DIGEST_HEADER = "Model-Version", "Model-SHA256"
"""A table of answers has no place for which model gave them."""

_BATCH_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {_CSV: {"schema": {"type": "string"}}},
        "headers": {
            VERSION_HEADER: {"description": "Which version answered.", "schema": {"type": "integer"}},
            DIGEST_HEADER: {"description": "The SHA-256 of its weights.", "schema": {"type": "string"}},
        },
    }
}


@router.post(
    "/infer/batch",
    response_model=BatchPrediction | BinaryBatchPrediction,
    responses=_BATCH_ANSWER,
    openapi_extra=_batch_body(BatchInferenceRequest),
)
@may(HOSPITAL, STAFF, ANALYST, ADMIN, body="table")
async def infer_batch(request: Request) -> Response:
    """Ask one hospital's current model for up to 100,000 rows: JSON in, JSON out; CSV in, CSV out."""
    return await _batch_answered(request, BatchInferenceRequest, EnvoyCsv)


@router.post(
    "/infer_global/batch",
    response_model=BatchPrediction | BinaryBatchPrediction,
    responses=_BATCH_ANSWER,
    openapi_extra=_batch_body(BatchGlobalInferenceRequest),
)
@may(HOSPITAL, STAFF, ANALYST, ADMIN, body="table")
async def infer_global_batch(request: Request) -> Response:
    """Ask the current global model for up to 100,000 rows: JSON in, JSON out; CSV in, CSV out."""
    return await _batch_answered(request, BatchGlobalInferenceRequest, GlobalCsv)


class GlobalCsv(OfTask):
    """What the query says of a CSV body."""

    probabilities: bool = True


class EnvoyCsv(GlobalCsv):
    """The same, for one hospital's model."""

    envoy_name: EnvoyName


async def _one_answered(request: Request, form: type[GlobalInferenceRequest]) -> Response:
    body = await request.body()
    if len(body) > _LONG_BYTES:  # what takes long to parse shall keep nobody else waiting
        desk: BatchDesk = request.app.state.batches
        return await desk.in_turn(lambda: _answered(request, form, body))
    return _answered(request, form, body)


def _answered(request: Request, form: type[GlobalInferenceRequest], body: bytes) -> Response:
    query = _parse(request, form, body)
    envoy = query.envoy_name if isinstance(query, InferenceRequest) else None
    answer = director_of(request).inference.answer(_question(request, query, envoy), query.inputs)
    return Response(answer, media_type="application/json")


async def _batch_answered(
    request: Request, form: type[BatchGlobalInferenceRequest], about_csv: type["GlobalCsv"]
) -> Response:
    desk: BatchDesk = request.app.state.batches
    with desk.place(request) as in_memory_bytes, director_of(request).blobs.spool(in_memory_bytes) as file:
        await take(request, file, in_memory_bytes)
        if _is_csv(request):
            about, media_type = _about_csv(request, about_csv), _CSV
            answers = await desk.in_turn(lambda: _csv_answered(request, about, file))
        else:
            media_type = "application/json"
            answers = await desk.in_turn(lambda: _rows_answered(request, form, file))
    by = {VERSION_HEADER: str(answers.model.version), DIGEST_HEADER: answers.model.sha256}
    return StreamingResponse(desk.computed(answers.blocks), media_type=media_type, headers=by)


def _csv_answered(request: Request, about: "GlobalCsv", file: IO[bytes]) -> ManyAnswers:
    envoy = about.envoy_name if isinstance(about, EnvoyCsv) else None
    return director_of(request).inference.answer_csv(_question(request, about, envoy), file)


def _rows_answered(request: Request, form: type[BatchGlobalInferenceRequest], file: IO[bytes]) -> ManyAnswers:
    pieces = in_pieces(file)
    first = _batch(request, form, next(pieces))
    envoy = first.envoy_name if isinstance(first, BatchInferenceRequest) else None
    rows = chain(first.inputs, _further_rows(request, form, pieces, len(first.inputs)))
    return director_of(request).inference.answer_rows(_question(request, first, envoy), rows)


def _further_rows(
    request: Request, form: type[BatchGlobalInferenceRequest], pieces: Iterator[bytes], rows: int
) -> Iterator[Mapping[str, object]]:
    for piece in pieces:
        batch = _parse(request, form, piece, rows)
        rows += len(batch.inputs)
        if rows > MAX_BATCH_ROWS:
            raise InvalidRequestError(
                f"inputs: {rows:,} rows or more.", hint=f"Send at most {MAX_BATCH_ROWS:,} at once.", rows=rows
            )
        yield from batch.inputs


def _question(
    request: Request, asked: GlobalInferenceRequest | BatchGlobalInferenceRequest | GlobalCsv, envoy: EnvoyName | None
) -> Question:
    return Question(caller_of(request), request_id_of(request), asked.task, envoy, asked.probabilities)


def _is_csv(request: Request) -> bool:
    content_type, _ = parse_options_header(request.headers.get("content-type", ""))
    return content_type == _CSV.encode()


def _about_csv(request: Request, form: type[_Request]) -> _Request:
    try:
        return form.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise _misfit(error, "With a CSV body, task, envoy_name and probabilities are query parameters.") from None


def _batch(request: Request, form: type[_Request], body: bytes) -> _Request:
    if request.query_params:
        _require_named_envoy(request, body)
        raise InvalidRequestError("Query parameters only go with a CSV body.", hint="Say it in the JSON body.")
    return _parse(request, form, body)


def _parse(request: Request, form: type[_Request], body: bytes, rows_before: int = 0) -> _Request:
    try:
        return form.model_validate_json(body)
    except ValidationError as error:
        _require_named_envoy(request, body)
        raise _misfit(error, "Send JSON as GET /docs says, or text/csv to a batch.", rows_before) from None


def _require_named_envoy(request: Request, body: bytes) -> None:
    """Let a hospital name no other one in a body, whatever else is wrong with it."""
    try:
        found = json.loads(body, parse_int=float)  # an int of thousands of digits would hide the name beside it
        named = EnvoyName(found["envoy_name"])
    except (ValueError, RecursionError, TypeError, KeyError, InvalidNameError):
        return
    caller_of(request).require_envoy(named)


def _misfit(error: ValidationError, hint: str, rows_before: int = 0) -> FederationError:
    first = error.errors(include_url=False, include_input=False)[0]
    loc = (part + rows_before if isinstance(part, int) else part for part in first["loc"])
    where = ".".join(str(part) for part in loc)[:120]
    kind = MalformedRequestError if first["type"] == "json_invalid" else InvalidRequestError
    return kind(f"{where or 'body'}: {first['msg'][:300]}.", hint=hint)
