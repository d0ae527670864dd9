"""Around every request: its id, and a connection that ends where a body was not read."""

import asyncio
import json

import pytest
from starlette.types import Message, Receive, Scope, Send

from director.api.connection import RequestIds, announces_body
from tests.federation_simulator import FederationSimulator


def test_a_body_that_is_refused_unread_ends_the_connection(federation: FederationSimulator):
    refused = federation.http.post("/upload/KUTRRH", content=b"x" * 1000)
    assert (refused.status_code, refused.headers["connection"]) == (401, "close")
    taken = federation.http.get("/tasks", headers=federation.admin)
    assert "connection" not in taken.headers


def test_every_answer_has_an_id_of_its_own_that_a_problem_names(federation: FederationSimulator) -> None:
    answers = [federation.http.get("/tasks") for _ in range(3)]
    ids = [each.headers["x-request-id"] for each in answers]
    assert len(set(ids)) == 3
    assert [each.json()["request_id"] for each in answers] == ids
    assert {each.headers["cache-control"] for each in answers} == {"no-store"}
    assert {each.headers["x-content-type-options"] for each in answers} == {"nosniff"}


def test_a_request_that_is_cut_off_by_the_end_is_told_so() -> None:
    sent: list[Message] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        raise asyncio.CancelledError

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(RequestIds(application)(scope, receive, send))
    assert sent[0]["status"] == 503
    assert json.loads(sent[1]["body"])["code"] == "stopping"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], False),
        ([(b"content-length", b"0")], False),
        ([(b"content-length", b"7")], True),
        ([(b"transfer-encoding", b"chunked")], True),
        ([(b"content-type", b"text/csv")], False),
    ],
)
def test_headers_tell_whether_a_body_follows(headers: list[tuple[bytes, bytes]], expected: bool) -> None:
    assert announces_body(headers) == expected
