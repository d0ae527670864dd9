"""Around every request: an id, and a connection that closes when its body was not read to the end.

Plain ASGI, so that nothing is buffered. Without ``Connection: close`` a server goes on reading a body that was refused.
"""

import secrets
from itertools import count

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
]


class RequestIds:
    """Gives each request an id; says goodbye to a sender whose body nobody wants."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._prefix, self._numbers = secrets.token_hex(4), count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = scope["request_id"] = f"{self._prefix}{next(self._numbers):08x}"
        has_body_left = scope["method"] in ("POST", "PUT", "PATCH")

        async def receive_noting() -> Message:
            nonlocal has_body_left
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body", False):
                has_body_left = False
            return message

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], *_HEADERS, (b"x-request-id", request_id.encode())]
                if has_body_left:
                    headers.append((b"connection", b"close"))
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive_noting, send_marked)
