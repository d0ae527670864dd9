"""Asks an application in this process and takes each answer whole, in one step of its loop.

Starlette's own way hands an answer over piece by piece, eight turns of the loop a request, which were half of what
thousands of tests took. Whoever reads a stream that doesn't end asks its ``TestClient`` as it is.
"""

from typing import Any
from urllib.parse import unquote

import anyio
import httpx2 as httpx
from fastapi.testclient import TestClient
from starlette.types import Message


def take_answers_whole(http: TestClient) -> TestClient:
    """Let a client that has been entered ask so from now on; gives the client."""
    http._transport = _WholeAnswers(http)
    return http


class _WholeAnswers(httpx.BaseTransport):
    def __init__(self, http: TestClient) -> None:
        self._http = http

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert self._http.portal is not None, "the client was not entered"
        sent = list[Message]()
        try:
            self._http.portal.call(self._asked, request, sent)
        except Exception:
            if not sent:  # with an answer underway it was told to the caller and to the log
                raise
        start, *pieces = sent
        content = b"" if request.method == "HEAD" else b"".join(each.get("body", b"") for each in pieces)
        stream = httpx.ByteStream(content)  # adds no header of its own
        return httpx.Response(start["status"], headers=start["headers"], stream=stream, request=request)

    async def _asked(self, request: httpx.Request, sent: list[Message]) -> None:
        is_read, is_over = False, anyio.Event()

        async def receive() -> Message:
            nonlocal is_read
            if is_read:
                await is_over.wait()
                return {"type": "http.disconnect"}
            is_read = True
            return {"type": "http.request", "body": request.read(), "more_body": False}  # when it is asked for

        async def send(message: Message) -> None:
            sent.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                is_over.set()

        await self._http.app(self._scope(request), receive, send)

    def _scope(self, request: httpx.Request) -> dict[str, Any]:
        url = request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": url.scheme,
            "path": unquote(url.path),
            "raw_path": url.raw_path.partition(b"?")[0],
            "root_path": "",
            "query_string": url.query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("testclient", 50000),
            "server": (url.host, url.port or 80),
            "state": self._http.app_state.copy(),
            "extensions": {},
        }
