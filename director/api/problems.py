"""Errors on the wire: one table maps codes to statuses; every answer is application/problem+json (RFC 9457)."""

import json
import logging
from collections.abc import Iterator, Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Route

from contract.errors import Fact, FederationError
from contract.messages.problems import Check, Problem
from director.api.content_types import JSON, content_type, is_json, refused_type
from director.api.denied import note_denied
from director.errors import UploadRejectedError

_log = logging.getLogger("director.http")

MEDIA_TYPE = "application/problem+json"
MAX_PROBLEM_BYTES = 4096

STATUSES: Mapping[str, tuple[int, str]] = {
    "malformed_request": (400, "The request can't be read"),
    "upgrade_refused": (400, "No other protocol is spoken here"),
    "invalid_name": (422, "A name has not the agreed form"),
    "unauthenticated": (401, "No valid token"),
    "forbidden": (403, "Not allowed"),
    "csrf_token_missing": (403, "Not shown to come from the director's own page"),
    "cross_site_refused": (403, "Comes from another site"),
    "not_found": (404, "Not found"),
    "unknown_envoy": (404, "No such hospital"),
    "unknown_task": (404, "No such task"),
    "task_invalid": (422, "Not a task that makes sense"),
    "method_not_allowed": (405, "Not a method of this path"),
    "conflict": (409, "In conflict with what is"),
    "no_base": (409, "What a model was trained from is not known"),
    "no_model_yet": (409, "No model yet"),
    "no_updates": (409, "Nothing to aggregate"),
    "inconsistent_updates": (409, "Models of different architectures"),
    "not_settled": (409, "The rule does not settle on these models"),
    "too_few_updates": (409, "Too few models for this strategy"),
    "aggregation_refused": (409, "Aggregation refused"),
    "task_retired": (409, "The task is retired"),
    "model_stale": (409, "The model is stale"),
    "round_closed": (409, "The round takes no more"),
    "quota_reached": (409, "The hospital's room is used up"),
    "base_unknown": (409, "Unknown start"),
    "scaler_not_agreed": (409, "Scaler not agreed"),
    "part_missing": (409, "A part is not here"),
    "too_slow": (408, "Too slow"),
    "too_large": (413, "Too large"),
    "unsupported_media_type": (415, "Unsupported content type"),
    "range_not_satisfiable": (416, "No such bytes"),
    "invalid_request": (422, "The request does not fit"),
    "invalid_input": (422, "An input does not fit the task"),
    "artifact_invalid": (422, "A file is refused"),
    "model_file_invalid": (422, "model.pt is refused"),
    "layout_mismatch": (422, "model.pt has another architecture"),
    "tensor_value_invalid": (422, "model.pt holds a value that no model has"),
    "scaler_file_invalid": (422, "scaler.pkl is refused"),
    "training_log_invalid": (422, "The training log is refused"),
    "metric_invalid": (422, "A metric has a value that it can't have"),
    "digest_mismatch": (422, "Damaged on the way"),
    "examples_out_of_bounds": (422, "Number of examples out of bounds"),
    "idempotency_key_reused": (422, "Idempotency-Key used before"),
    "unknown_strategy": (422, "No such strategy"),
    "too_many_requests": (429, "Too many requests"),
    "head_too_large": (431, "Header too large"),
    "internal_error": (500, "The director failed"),
    "alert_failed": (502, "An alert was not taken"),
    "busy": (503, "Too much at once"),
    "stopping": (503, "The director is stopping"),
    "audit_damaged": (503, "The audit is damaged"),
    "artifact_damaged": (503, "A stored file is damaged"),
    "database_unusable": (503, "The database does not answer"),
    "not_initialised": (503, "The director is not ready"),
    "storage_failed": (503, "The disk refuses"),
    "storage_full": (507, "The disk is full"),
}
_BY_STATUS = {400: "malformed_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
_RETRY_SECONDS = {503: "5", 507: "60"}

_ON_THE_WIRE: Mapping[str, tuple[str, str]] = {
    "malformed_request": ("This is no HTTP request that can be read.", "Send HTTP/1.1 as RFC 9112 says."),
    "upgrade_refused": ("A request with a body can't ask for another protocol.", "Send it without the header Upgrade."),
    "head_too_large": ("The request's line and headers are too large or too many.", "Send fewer or shorter ones."),
    "too_slow": ("The request came too slowly.", "Send it again over a better link."),
    "busy": ("The director has as many connections as it can serve.", "Send it again in a few seconds."),
    "stopping": ("The director is stopping; what was not acknowledged may not be kept.", "Send it again in a minute."),
}


def answer_to(request: Request, error: Exception) -> Response:
    """Answer an error of ours with its own sentence, any other without its inside."""
    request_id = request_id_of(request)
    if isinstance(error, ClientDisconnect):  # nobody reads this answer
        return _answer("malformed_request", "The sender went away in the middle.", "Send it again.", request_id, {})
    if isinstance(error, FederationError):
        checks = list(error.checks) if isinstance(error, UploadRejectedError) else []
        answer = _answer(error.code, error.sentence, error.hint, request_id, error.facts, checks)
    else:
        answer = _answer(
            "internal_error",
            "The director failed on this request; nothing of it was kept.",
            "Try again; if it stays so, tell the consortium's admin the request_id.",
            request_id,
            {},
        )
    note_denied(request, error)
    if answer.status_code == 403:
        caller = getattr(request.state, "caller", None)
        named = {"caller": caller.actor} if caller is not None else {}
        facts = {"method": request.method, "path": request.url.path, "request_id": request_id, **named}
        _log.warning("request.forbidden", extra={"facts": {**facts, **getattr(error, "facts", {})}})
    if answer.status_code >= 500:
        facts = {"path": request.url.path, "request_id": request_id}
        _log.error("request.failed", exc_info=error, extra={"facts": facts})
    return answer


def on_the_wire(code: str, request_id: str = "") -> Response:
    """Answer what no handler can: a request that never became whole, or that has no time left."""
    sentence, hint = _ON_THE_WIRE[code]
    return _answer(code, sentence, hint, request_id, {})


def register(app: FastAPI) -> None:
    """Let every error of the app leave as a problem."""

    async def ours_or_unexpected(request: Request, error: Exception) -> Response:
        return answer_to(request, error)

    for kind in (FederationError, ClientDisconnect, Exception):
        app.add_exception_handler(kind, ours_or_unexpected)

    @app.exception_handler(RequestValidationError)
    async def validation(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        if first["loc"] == ("body",) and first["type"] != "missing" and not is_json(content_type(request)):
            return answer_to(request, refused_type(request, JSON))
        where = ".".join(str(part)[:60] for part in first["loc"])[:200]
        status = "malformed_request" if first["type"] == "json_invalid" else "invalid_request"
        return _answer(
            status,
            f"{where}: {str(first['msg'])[:300]}.",
            "See GET /docs for the form of this request.",
            request_id_of(request),
            {"field": where},
        )

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        if isinstance(error.__cause__, FederationError):  # ours, met by the framework while it read the body
            return answer_to(request, error.__cause__)
        code, path = _BY_STATUS.get(error.status_code, "invalid_request"), request.scope["path"]
        hint, headers = "See GET /docs.", dict(error.headers or {})
        if error.status_code == 404:
            hint = _as_it_is_written(app, path) or hint
        elif error.status_code == 405:  # the framework knows the methods of the first route alone
            headers["Allow"] = ", ".join(sorted(set().union(*_methods_of(app, path))))
        answer = _answer(code, f"{request.method} {path[:200]}: {error.detail}.", hint, request_id_of(request), {})
        answer.headers.update(headers)
        return answer


def _methods_of(app: FastAPI, path: str) -> Iterator[set[str]]:
    """Give the methods of each route that has this path."""
    routes = (each for each in app.routes if isinstance(each, Route))
    return (each.methods or set() for each in routes if each.path_regex.match(path))


def _as_it_is_written(app: FastAPI, path: str) -> str:
    """Say what a path that is nobody's is called, where it only has slashes too many or other letters' case.

    Said, not redirected to: a redirect goes to whatever the header Host says, in clear behind a proxy.
    """
    parts = [each for each in path.split("/") if each]
    for route in (each for each in app.routes if isinstance(each, Route)):
        own = route.path.split("/")[1:]
        if len(own) == len(parts) and all(_may_stand(one, part) for one, part in zip(own, parts, strict=True)):
            meant = [part if one.startswith("{") else one for one, part in zip(own, parts, strict=True)]
            return f"The path is /{'/'.join(meant)[:200]}, written exactly so."
    return ""


def _may_stand(own: str, part: str) -> bool:
    return own.startswith("{") or own.lower() == part.lower()


def request_id_of(request: Request) -> str:
    """Give the id that the answer, the log and a person's question share."""
    return str(request.scope.get("request_id", ""))


def _answer(
    code: str,
    sentence: str,
    hint: str,
    request_id: str,
    facts: Mapping[str, Fact],
    checks: list[Check] | None = None,
) -> Response:
    status, title = STATUSES[code]
    problem = Problem(
        title=title,
        status=status,
        code=code,
        detail=_short(sentence),
        hint=_short(hint),
        facts={name[:60]: value[:200] if isinstance(value, str) else value for name, value in list(facts.items())[:8]},
        checks=checks or [],
        request_id=request_id,
    )
    body = _body(problem)
    if len(body) > MAX_PROBLEM_BYTES:  # the failed checks matter; the submission's page shows all of them
        body = _body(problem.model_copy(update={"checks": [each for each in problem.checks if not each.passed][:3]}))
    retry_after = facts.get("retry_after_seconds", _RETRY_SECONDS.get(status))
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(body, status, headers, MEDIA_TYPE)


def _body(problem: Problem) -> bytes:
    # json.dumps writes escapes for everything outside ASCII: no byte of an attacker's text reaches the answer raw
    return json.dumps(problem.model_dump(mode="json"), allow_nan=False).encode()


def _short(text: str) -> str:
    return text if len(text) <= 600 else text[:600] + "…"
