"""Asks an application in this process and takes each answer whole, in one step of its loop.

Starlette's own way hands an answer over piece by piece, eight turns of the loop a request, which were half of what
thousands of tests took. Whoever reads a stream that doesn't end asks its ``TestClient`` as it is.
"""

from collections.abc import AsyncIterator

import httpx2 as httpx
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send


def take_answers_whole(http: TestClient) -> None:
    """Let a client that has been entered ask so from now on; what the application raises is its answer 500."""
    http._transport = _WholeAnswers(http)


class _WholeAnswers(httpx.BaseTransport):
    def __init__(self, http: TestClient) -> None:
        self._http = http
        self._transport = httpx.ASGITransport(
            self._with_state, raise_app_exceptions=False, client=("testclient", 50000)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert self._http.portal is not None, "the client was not entered"
        return self._http.portal.call(self._asked, request)

    async def _asked(self, request: httpx.Request) -> httpx.Response:
        sent = httpx.Request(request.method, request.url, headers=request.headers, stream=_Body(request))
        answer = await self._transport.handle_async_request(sent)
        stream = httpx.ByteStream(await answer.aread())  # adds no header of its own
        return httpx.Response(answer.status_code, headers=answer.headers, stream=stream, request=request)

    async def _with_state(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._http.app({**scope, "state": self._http.app_state.copy()}, receive, send)


class _Body(httpx.AsyncByteStream):
    """A request's body, read when it is asked for."""

    def __init__(self, request: httpx.Request) -> None:
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._request.read()
