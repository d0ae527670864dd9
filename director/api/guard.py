"""The front desk: a route that says who may call it, and asks before it reads the body.

A route is known by its handler's name; one that ``access.POLICY`` does not name can't be made.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, cast

from fastapi import Depends, Header, Query, Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message, Receive

from director.assembly import Director
from director.errors import TooLargeError
from director.members.access import POLICY, Principal
from director.records.idempotency import MAX_KEY_LENGTH

_Handler = Callable[[Request], Awaitable[Response]]


class GuardedRoute(APIRoute):
    """A route behind the doorkeeper; the interface document, too, knows it by its handler's name."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **{**options, "operation_id": endpoint.__name__})

    def get_route_handler(self) -> _Handler:  # type: ignore[override]  # Starlette's own type says Coroutine
        """Put the doorkeeper and the cap of the body before the handler."""
        handle, operation = self._handler(), self.name
        if operation not in POLICY:
            raise LookupError(f"{operation} has no policy: name it in director.access.POLICY")

        async def guarded(request: Request) -> Response:
            director = director_of(request)
            request.state.caller = director.doorkeeper.admit(
                request.headers.get("authorization"), operation, address_of(request)
            )
            limit = body_limit(director, operation)
            declared = request.headers.get("content-length", "")
            if declared.isdigit() and int(declared) > limit:
                raise too_large(limit)
            return await handle(Request(request.scope, _capped(request.receive, limit)))

        return guarded

    def _handler(self) -> _Handler:
        return super().get_route_handler()


class DirectRoute(GuardedRoute):
    """A route whose handler takes the request and gives the response itself.

    For answers that are asked thousands of times a second: what the framework does between the two, resolving
    dependencies and building models, costs more than the answer.
    """

    def _handler(self) -> _Handler:
        return cast(_Handler, self.endpoint)


def director_of(request: Request) -> Director:
    """Give the director that serves this request."""
    return cast(Director, request.app.state.director)


def address_of(request: Request) -> str:
    """Give the address that a request came from: a trusted proxy's word for it, where one is configured."""
    client = request.scope.get("client")
    return client[0] if client else ""


def caller_of(request: Request) -> Principal:
    """Give who is asking."""
    return cast(Principal, request.state.caller)


# async, though they wait for nothing: the framework runs plain functions on a thread, for each request anew
async def _serving(request: Request) -> Director:
    return director_of(request)


async def _caller(request: Request) -> Principal:
    return caller_of(request)


OCTETS = "application/octet-stream"
BINARY: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file's bytes", "content": {OCTETS: {"schema": {"type": "string", "format": "binary"}}}}
}
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=MAX_KEY_LENGTH)]
# The form is checked where cursors are made; here it is only told.
Cursor = Annotated[str | None, Query(json_schema_extra={"pattern": "^[0-9]{1,12}$"})]

Serving = Annotated[Director, Depends(_serving)]
Caller = Annotated[Principal, Depends(_caller)]


def body_limit(director: Director, operation: str) -> int:
    """Give how many bytes of body an operation takes."""
    settings = director.settings
    if operation == "upload":
        return settings.max_upload_bytes
    takes_a_table = operation.endswith("_batch") or operation == "set_validation"
    return settings.max_batch_bytes if takes_a_table else settings.max_body_bytes


def too_large(limit: int) -> TooLargeError:
    """Refuse a body."""
    return TooLargeError(f"The body is larger than {limit:,} bytes.", hint="Send less at once.", limit_bytes=limit)


def _capped(receive: Receive, limit: int) -> Receive:
    """Count what comes and stop reading at the cap."""
    left = limit

    async def capped() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise too_large(limit)
        return message

    return capped
