"""Around every request: an id, and a connection that closes when its body was not read to the end.

Plain ASGI, so that nothing is buffered. Without ``Connection: close`` a server goes on reading a body that was refused.
"""

import asyncio
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import count
from time import perf_counter
from typing import Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from director.api.problems import on_the_wire

_NOT_SNIFFED = (b"x-content-type-options", b"nosniff")
_NOT_STORED = (b"cache-control", b"no-store")
"""Of every answer that says nothing else."""

_WITH_BODY = frozenset(("POST", "PUT", "PATCH"))
_ANNOUNCING = frozenset((b"content-length", b"transfer-encoding"))


NEWCOMER = "director.newcomer"
"""Under this name a request's state holds its connection, where the server has one that asks who is there."""


class Newcomer(Protocol):
    """A connection that wants to know who asks: for a stranger it does not keep its place at any price."""

    def is_known(self) -> None:
        """Take note that a token that holds was shown."""

    def is_stranger(self, address: str) -> None:
        """Take note of the address that asks without a token; raises BusyError where too many of it do."""

    def waits(self, end: Callable[[], None]) -> None:
        """Take note that its request waits; ``end`` is called when the director stops or the sender is gone."""

    def goes_on(self) -> None:
        """Take note that its request waits no more."""


class OpenConnections:
    """Where a server shows which connections are open."""

    def __init__(self) -> None:
        self.shown: Collection[object] = ()

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.shown)


Answered = Callable[[Scope, int, int, float], None]
"""Is told of each request once it is over: which, with which status (0: there was no answer), how many bytes of a body
were written, how many seconds it took."""


class RequestIds:
    """Gives each request an id; says goodbye to a sender whose body nobody wants.

    Args:
        app: What answers.
        answered: They are told of each request; on the event loop, so that they must be quick.
    """

    def __init__(self, app: ASGIApp, answered: Sequence[Answered] = ()) -> None:
        self._app = app
        self._answered = answered
        self._prefix, self._numbers = secrets.token_hex(4), count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = scope["request_id"] = f"{self._prefix}{next(self._numbers):08x}"
        has_body_left = scope["method"] in _WITH_BODY or announces_body(scope["headers"])
        status = size = 0
        began = perf_counter()

        async def receive_noting() -> Message:
            nonlocal has_body_left
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body", False):
                has_body_left = False
            return message

        async def send_marked(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], _NOT_SNIFFED, (b"x-request-id", request_id.encode())]
                if not any(name == _NOT_STORED[0] for name, _ in headers):
                    headers.append(_NOT_STORED)
                if has_body_left:
                    headers.append((b"connection", b"close"))
                message = {**message, "headers": headers}
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive_noting, send_marked)
        except asyncio.CancelledError:  # the server stops and has waited long enough
            if not status:
                await on_the_wire("stopping", request_id)(scope, receive_noting, send_marked)
            raise
        finally:
            seconds = perf_counter() - began
            for answered in self._answered:
                answered(scope, status, size, seconds)


def announces_body(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Tell whether a request's headers (names in lower case) say that a body follows."""
    return any(name in _ANNOUNCING and value != b"0" for name, value in headers)
