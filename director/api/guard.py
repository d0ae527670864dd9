"""The front desk: a route that says who may call it, and asks before it reads the body.

What an operation takes stands at its handler: ``@may(ADMIN)``. A handler without it can't be a route.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, cast

from fastapi import Depends, Header, Path, Query, Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message, Receive

from contract.errors import InvalidNameError
from contract.messages.base import Role
from contract.names import EnvoyName, TaskName
from contract.parts import OCTETS
from contract.tasks import DEFAULT_TASK
from director.api.address import address_of
from director.api.connection import NEWCOMER, Newcomer
from director.api.content_types import require_not_encoded
from director.api.cookies import BACKGROUND_HEADER, require_csrf_token, require_own_page, secret_in
from director.assembly import Director
from director.errors import TooLargeError, TooSlowError
from director.json_text import read_json
from director.members.access import Permission, Principal
from director.records.idempotency import MAX_KEY_LENGTH
from director.records.paging import BY_MOMENT, BY_NAME, BY_NUMBER, MAX_PAGE

_Handler = Callable[[Request], Awaitable[Response]]
_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True)
class Entry:
    """What an operation takes.

    Args:
        permission: Who may call it.
        body: How large its body may be.
        in_session: Whether it takes somebody who is signed in.
        is_watching: Whether who calls it only looks on, so that a session can be idle meanwhile.
    """

    permission: Permission
    body: Literal["tiny", "small", "table", "upload"]
    in_session: bool = False
    is_watching: bool = False


def may(
    *roles: Role,
    body: Literal["small", "table", "upload"] = "small",
    is_upload: bool = False,
    in_session: bool = False,
    is_watching: bool = False,
) -> Callable[[_Endpoint], _Endpoint]:
    """Let these roles call a handler, and nobody else."""
    return _entering(Entry(Permission(frozenset(roles), is_upload), body, in_session, is_watching))


def anybody(endpoint: _Endpoint) -> _Endpoint:
    """Let anybody call a handler, without a token: its body is a word, and comes at once."""
    return _entering(Entry(Permission(None), "tiny"))(endpoint)


def _entering(entry: Entry) -> Callable[[_Endpoint], _Endpoint]:
    def declared(endpoint: _Endpoint) -> _Endpoint:
        endpoint.entry = entry  # type: ignore[attr-defined]  # read by GuardedRoute
        return endpoint

    return declared


class _Asked(Request):
    """A request whose JSON is read as all JSON is read here."""

    async def json(self) -> Any:
        """Read the body; raises as ``read_json``."""
        return read_json(await self.body())


class GuardedRoute(APIRoute):
    """A route behind the front desk; the interface document knows it by its handler's name."""

    entry: Entry

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        entry = getattr(endpoint, "entry", None)
        if not isinstance(entry, Entry):
            raise LookupError(f"{endpoint.__name__} does not say who may call it: put @may(…) or @anybody before it")
        self.entry = entry
        super().__init__(path, endpoint, **{**options, "operation_id": endpoint.__name__})

    def get_route_handler(self) -> _Handler:  # type: ignore[override]  # Starlette's own type says Coroutine
        """Put the question of who calls, and the cap of the body, before the handler."""
        handle, entry = self._handler(), self.entry

        async def guarded(request: Request) -> Response:
            director = director_of(request)
            address = address_of(request)
            authorization = request.headers.get("authorization")
            secret = None
            if authorization is None and entry.permission.roles is not None:  # else the header alone says who asks
                secret = secret_in(request)
            if secret is None:
                caller = director.access.admit(authorization, entry.permission, address)
            else:
                caller = _admit_session(request, director, entry, secret, address)
            request.state.caller = caller
            if entry.in_session and caller is not None:
                caller.require_session()
            newcomer: Newcomer | None = request.scope["state"].get(NEWCOMER)
            if newcomer is not None:
                newcomer.is_stranger(address) if caller is None else newcomer.is_known()
            if caller is not None and caller.envoy_name is not None:
                _require_named_envoy(request, caller)
            if request.method not in ("GET", "HEAD"):
                require_not_encoded(request.scope["headers"])
            limit = body_limit(director, entry)
            declared = request.headers.get("content-length", "")
            if declared.isdigit() and int(declared) > limit:
                raise too_large(limit)
            receive = request.receive if entry.body != "tiny" else _in_time(request.receive, TINY_SECONDS)
            return await handle(_Asked(request.scope, _capped(receive, limit)))

        return guarded

    def _handler(self) -> _Handler:
        return super().get_route_handler()


def _admit_session(request: Request, director: Director, entry: Entry, secret: str, address: str) -> Principal:
    """Say who asks with a session's cookie, if it may count."""
    require_own_page(request)
    require_csrf_token(request, secret)
    is_use = not entry.is_watching and request.headers.get(BACKGROUND_HEADER) != "1"
    return director.access.admit_session(secret, entry.permission, address, is_use=is_use)


def _require_named_envoy(request: Request, caller: Principal) -> None:
    """Let a hospital name no other one in a request's path or query, whatever else is wrong with the request."""
    in_query = request.query_params.getlist("envoy_name") if request.scope["query_string"] else ()
    for named in (request.path_params.get("envoy_name"), *in_query):
        if named is None:
            continue
        try:
            caller.require_envoy(EnvoyName(named))
        except InvalidNameError:
            continue  # nobody's name; the handler's own types say so


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


def caller_of(request: Request) -> Principal:
    """Give who is asking."""
    return cast(Principal, request.state.caller)


# async, though they wait for nothing: the framework runs plain functions on a thread, for each request anew
async def _serving(request: Request) -> Director:
    return director_of(request)


async def _caller(request: Request) -> Principal:
    return caller_of(request)


async def _asked_task(task: TaskName = DEFAULT_TASK) -> TaskName:
    return task


BINARY: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file's bytes", "content": {OCTETS: {"schema": {"type": "string", "format": "binary"}}}}
}
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=MAX_KEY_LENGTH)]
NumberInPath = Annotated[int, Path(ge=1, le=2**31 - 1)]
SubmissionId = Annotated[str, Path(json_schema_extra={"pattern": "^[0-9a-f]{16}$"})]
# The form is checked where cursors are read; here it is only told.
CursorByNumber = Annotated[str | None, Query(alias="cursor", json_schema_extra={"pattern": BY_NUMBER})]
CursorByMoment = Annotated[str | None, Query(alias="cursor", json_schema_extra={"pattern": BY_MOMENT})]
CursorByName = Annotated[str | None, Query(alias="cursor", json_schema_extra={"pattern": BY_NAME})]
PageLimit = Annotated[int, Query(alias="limit", ge=1, le=MAX_PAGE)]

AskedTask = Annotated[TaskName, Depends(_asked_task)]
"""The query parameter ``task``; who knows of no other than the first leaves it out."""

Serving = Annotated[Director, Depends(_serving)]
Caller = Annotated[Principal, Depends(_caller)]


TINY_BYTES = 1024
TINY_SECONDS = 10.0
"""What is read of somebody who has shown no token, and for how long."""

_LIMITS = {"small": "max_body_bytes", "table": "max_batch_bytes", "upload": "max_upload_bytes"}
"""How large a body may be → the setting that says so."""


def body_limit(director: Director, entry: Entry) -> int:
    """Give how many bytes of body an operation takes."""
    if entry.body == "tiny":
        return TINY_BYTES
    limit: int = getattr(director.settings, _LIMITS[entry.body])
    return limit


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


def _in_time(receive: Receive, seconds: float) -> Receive:
    """Stop reading when the time is up."""
    end = asyncio.get_running_loop().time() + seconds

    async def timed() -> Message:
        try:
            async with asyncio.timeout_at(end):
                return await receive()
        except TimeoutError:
            raise TooSlowError(
                f"The body did not come within {seconds:g} seconds.", hint="Send it again over a better link."
            ) from None

    return timed
