"""Every figure of this director, for Prometheus and whatever reads its form."""

from typing import Any

from fastapi import APIRouter, Request, Response

from director.api.guard import GuardedRoute, Serving, may
from director.api.process import Process
from director.members.access import ADMIN
from director.watching.exposition import exposed

router = APIRouter(route_class=GuardedRoute, tags=["the centre"])

_TEXT: dict[str, Any] = {"schema": {"type": "string"}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A line for each value, in the form that the header Accept asks for",
        "content": {"text/plain": _TEXT, "application/openmetrics-text": _TEXT},
    }
}


@router.get("/metrics", response_class=Response, responses=_ANSWERS)
@may(ADMIN, is_watching=True)
def get_metrics(request: Request, director: Serving) -> Response:
    """Give every figure: of each worker what it was asked and how it is, of the federation how it stands."""
    process: Process = request.app.state.process
    samples = [*process.samples(), *director.standing.samples()]
    text, content_type = exposed(samples, request.headers.get("accept", ""))
    return Response(text, headers={"Content-Type": content_type})
