"""Answers: one hospital's current model, or the global one; one row, or many."""

from itertools import chain
from typing import IO, Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

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
from director.api.content_types import CSV, JSON
from director.api.guard import DirectRoute, caller_of, director_of, may
from director.api.pieces import in_pieces
from director.api.problems import request_id_of
from director.api.question_forms import (
    EnvoyCsv,
    GlobalCsv,
    about_answers,
    about_csv,
    batch_body,
    first_piece,
    further_rows,
    is_csv,
    json_body,
    parse,
)
from director.inference.beside import PLAIN, Wanted
from director.inference.service import ManyAnswers, Question
from director.members.access import ADMIN, ANALYST, HOSPITAL, STAFF

router = APIRouter(route_class=DirectRoute, tags=["inference"])

_LONG_BYTES = 64 * 1024


@router.post("/infer", response_model=Prediction | BinaryPrediction, openapi_extra=json_body(InferenceRequest))
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
async def infer(request: Request) -> Response:
    """Ask one hospital's current model."""
    return await _one_answered(request, InferenceRequest)


@router.post(
    "/infer_global", response_model=Prediction | BinaryPrediction, openapi_extra=json_body(GlobalInferenceRequest)
)
@may(HOSPITAL, STAFF, ANALYST, ADMIN)
async def infer_global(request: Request) -> Response:
    """Ask the current global model."""
    return await _one_answered(request, GlobalInferenceRequest)


VERSION_HEADER, DIGEST_HEADER, NOTICE_HEADER = "Model-Version", "Model-SHA256", "Model-Notice"
"""A table of answers has no place for which model gave them, unless it is asked for."""

REFUSED_HEADER = "Rows-Refused"
_SEEN = "".join(chr(each) for each in range(0x20, 0x7F) if chr(each) != "%")
"""What stands in a header as it is; of another text the bytes of its UTF-8, as addresses have them."""

_BATCH_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {CSV: {"schema": {"type": "string"}}},
        "headers": {
            VERSION_HEADER: {"description": "Which version answered.", "schema": {"type": "integer"}},
            DIGEST_HEADER: {"description": "The SHA-256 of its weights.", "schema": {"type": "string"}},
            NOTICE_HEADER: {
                "description": "What a reader must know of the answers: ASCII, other characters percent-encoded.",
                "schema": {"type": "string"},
            },
            REFUSED_HEADER: {
                "description": "How many rows have an error in place of an answer; with on_error=report.",
                "schema": {"type": "integer"},
            },
        },
    }
}


@router.post(
    "/infer/batch",
    response_model=BatchPrediction | BinaryBatchPrediction,
    responses=_BATCH_ANSWER,
    openapi_extra=batch_body(BatchInferenceRequest),
)
@may(HOSPITAL, STAFF, ANALYST, ADMIN, body="table")
async def infer_batch(request: Request) -> Response:
    """Ask one hospital's current model for up to 100,000 rows: JSON in, JSON out; CSV in, CSV out."""
    return await _batch_answered(request, BatchInferenceRequest, EnvoyCsv)


@router.post(
    "/infer_global/batch",
    response_model=BatchPrediction | BinaryBatchPrediction,
    responses=_BATCH_ANSWER,
    openapi_extra=batch_body(BatchGlobalInferenceRequest),
)
@may(HOSPITAL, STAFF, ANALYST, ADMIN, body="table")
async def infer_global_batch(request: Request) -> Response:
    """Ask the current global model for up to 100,000 rows: JSON in, JSON out; CSV in, CSV out."""
    return await _batch_answered(request, BatchGlobalInferenceRequest, GlobalCsv)


async def _one_answered(request: Request, form: type[GlobalInferenceRequest]) -> Response:
    body = await request.body()
    if len(body) > _LONG_BYTES:  # what takes long to parse shall keep nobody else waiting
        desk: BatchDesk = request.app.state.batches
        return await desk.in_turn(lambda: _answered(request, form, body))
    return _answered(request, form, body)


def _answered(request: Request, form: type[GlobalInferenceRequest], body: bytes) -> Response:
    query = parse(request, form, body)
    envoy = query.envoy_name if isinstance(query, InferenceRequest) else None
    answer = director_of(request).inference.answer(_question(request, query, envoy), query.inputs)
    return Response(answer, media_type="application/json")


async def _batch_answered(
    request: Request, form: type[BatchGlobalInferenceRequest], about: type[GlobalCsv]
) -> Response:
    desk: BatchDesk = request.app.state.batches
    with desk.place(request) as in_memory_bytes, director_of(request).blobs.spool(in_memory_bytes) as file:
        await take(request, file, in_memory_bytes)
        if is_csv(request):
            asked, media_type = about_csv(request, about), CSV
            answers = await desk.in_turn(lambda: _csv_answered(request, asked, file))
        else:
            media_type = JSON
            answers = await desk.in_turn(lambda: _rows_answered(request, form, file))
    return StreamingResponse(desk.computed(answers.blocks), media_type=media_type, headers=_about(answers))


def _about(answers: ManyAnswers) -> dict[str, str]:
    """Say in headers what stands in no line of a table: which model answered, and what a reader must know."""
    told = {
        VERSION_HEADER: str(answers.model.version),
        DIGEST_HEADER: answers.model.sha256,
        NOTICE_HEADER: quote(answers.notice, safe=_SEEN),
    }
    return told if answers.refused is None else {**told, REFUSED_HEADER: str(answers.refused)}


def _csv_answered(request: Request, about: GlobalCsv, file: IO[bytes]) -> ManyAnswers:
    envoy = about.envoy_name if isinstance(about, EnvoyCsv) else None
    return director_of(request).inference.answer_csv(_question(request, about, envoy, about.wanted), file)


def _rows_answered(request: Request, form: type[BatchGlobalInferenceRequest], file: IO[bytes]) -> ManyAnswers:
    pieces = in_pieces(file)
    begin = first_piece(request, pieces)
    how, first = about_answers(request, begin), parse(request, form, begin)
    envoy = first.envoy_name if isinstance(first, BatchInferenceRequest) else None
    rows = chain(first.inputs, further_rows(request, form, pieces, len(first.inputs)))
    return director_of(request).inference.answer_rows(_question(request, first, envoy, how.wanted), rows)


def _question(
    request: Request,
    asked: GlobalInferenceRequest | BatchGlobalInferenceRequest | GlobalCsv,
    envoy: EnvoyName | None,
    wanted: Wanted = PLAIN,
) -> Question:
    return Question(caller_of(request), request_id_of(request), asked.task, envoy, asked.probabilities, wanted)
