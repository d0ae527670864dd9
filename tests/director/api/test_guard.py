"""The front desk: no route leads past it, and it asks who calls and how much comes before it reads."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from director.api import guard
from director.api.connection import NEWCOMER
from director.api.guard import DirectRoute, Entry, GuardedRoute, anybody, may
from director.app import create_framework
from director.assembly import Director
from director.errors import TooSlowError
from director.members.access import ADMIN, HOSPITAL, Permission
from director.settings import DirectorSettings
from tests.director.api.house import FRAMEWORK
from tests.federation_simulator import FederationSimulator

ROUTES = [each for each in FRAMEWORK.routes if isinstance(each, GuardedRoute)]
TAKING_A_BODY = [each for each in ROUTES if (each.methods or set()) & {"POST", "PUT", "PATCH"}]


def unguarded(framework: FastAPI) -> list[str]:
    return [getattr(each, "path", "") for each in framework.routes if not isinstance(each, GuardedRoute)]


def test_every_route_of_the_application_stands_behind_the_front_desk():
    framework = create_framework(Director(DirectorSettings(data_dir=Path("/nonexistent"))))
    assert unguarded(framework) == []
    with pytest.raises(LookupError, match="read_minds"):

        @framework.get("/minds")
        def read_minds() -> str:
            return ""

    framework.add_route("/back_door", lambda request: PlainTextResponse(""))
    framework.router.routes.append(APIRoute("/side_door", lambda: ""))
    assert unguarded(framework) == ["/back_door", "/side_door"]  # so that the first line of this test means something


@pytest.mark.parametrize("kind", [GuardedRoute, DirectRoute])
def test_a_handler_that_does_not_say_who_may_call_it_is_no_route(kind: type[GuardedRoute]) -> None:
    def read_minds() -> str:
        return ""

    with pytest.raises(LookupError, match="read_minds does not say who may call it"):
        kind("/minds", read_minds)
    assert kind("/minds", anybody(read_minds)).entry.permission.roles is None
    assert kind("/minds", may(ADMIN, body="table")(read_minds)).entry == Entry(Permission(frozenset({ADMIN})), "table")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FederationSimulator]:
    """A federation that takes a little more for a table than else, and more for an upload; nothing here changes it."""
    limits = {"max_body_bytes": 2000, "max_batch_bytes": 3000, "max_upload_bytes": 4000}
    with FederationSimulator(tmp_path_factory.mktemp("small") / "director", **limits) as federation:
        federation.enrol("KUTRRH")
        yield federation


def never_read() -> Iterator[bytes]:
    raise AssertionError("a body that is refused for its length was read")
    yield b""


@pytest.mark.parametrize("route", TAKING_A_BODY, ids=lambda each: each.name)
def test_a_body_that_says_it_is_too_long_is_refused_unread(small: FederationSimulator, route: GuardedRoute) -> None:
    limit = {"tiny": guard.TINY_BYTES, "small": 2000, "table": 3000, "upload": 4000}[route.entry.body]
    is_upload = route.entry.permission.roles == frozenset({HOSPITAL})
    headers = small.hospitals["KUTRRH"].headers if is_upload else small.admin
    name = "KUTRRH" if is_upload else "Nobody"
    path = route.path.format(**{each: name if each == "envoy_name" else "1" for each in route.param_convertors})
    (method,) = route.methods or {""}
    declared = {**headers, "Content-Length": str(limit + 1)}
    refused = small.http.request(method, path, headers=declared, content=never_read())
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert refused.json()["facts"]["limit_bytes"] == limit
    assert refused.headers["connection"] == "close"
    fitting = small.http.request(method, path, headers=headers, content=b" " * limit)
    assert fitting.status_code != 413


@pytest.mark.parametrize("path", ["/infer_global", "/aggregations", "/infer_global/batch"])
def test_a_body_that_does_not_say_its_length_is_read_up_to_the_cap(small: FederationSimulator, path: str) -> None:
    refused = small.http.post(path, headers=small.admin, content=iter([b" " * 1000] * 9))
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


def test_who_calls_is_asked_before_how_long_the_body_is(small: FederationSimulator) -> None:
    long = {"Content-Length": "999999"}
    assert small.http.post("/aggregations", headers=long, content=never_read()).status_code == 401
    for path in ("/aggregations", "/upload/Other", "/statistics/Other", "/infer_global?envoy_name=Other"):
        headers = {**small.hospitals["KUTRRH"].headers, **long}
        assert small.http.post(path, headers=headers, content=never_read()).status_code == 403


def told(federation: FederationSimulator, path: str, method: str = "GET", **headers: str) -> list[str]:
    """Ask on a connection that wants to know who asks, and give what it was told."""
    heard: list[str] = []

    class Noting:
        def is_known(self) -> None:
            heard.append("known")

        def is_stranger(self, address: str) -> None:
            heard.append(address)

        def waits(self, end: Callable[[], None]) -> None:
            heard.append("waits")

        def goes_on(self) -> None:
            heard.append("goes on")

    async def on_a_connection(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope.setdefault("state", {})[NEWCOMER] = Noting()
        await federation.http.app(scope, receive, send)

    TestClient(on_a_connection, client=("10.0.0.7", 1)).request(method, path, headers=headers)
    return heard


def test_a_connection_is_told_whether_a_token_that_holds_was_shown(small: FederationSimulator) -> None:
    bad = {"Authorization": "Bearer fld_no"}
    assert told(small, "/tasks", **small.admin) == ["known"]
    assert told(small, "/infer_global", "POST", **small.admin) == ["known"]
    assert told(small, "/envoys", "POST", **small.analyst) == []  # it holds, but not for this
    assert told(small, "/tasks", **bad) == told(small, "/tasks") == told(small, "/nowhere") == []
    assert told(small, "/join", "POST", **small.admin) == told(small, "/health/live") == ["10.0.0.7"]


def test_of_somebody_without_a_token_a_word_is_read_and_not_for_long(small: FederationSimulator) -> None:
    for route in ROUTES:
        assert (route.entry.body == "tiny") == (route.entry.permission.roles is None), route.path
    padded = b'{"code": "no"' + b" " * guard.TINY_BYTES + b"}"
    assert small.http.post("/join", content=padded).status_code == 413
    assert small.http.post("/join", content=iter([padded])).status_code == 413
    assert small.http.post("/join", json={"code": "n" * 200}).status_code == 401


@pytest.mark.parametrize("seconds", [0.05, 0.5])
def test_what_comes_in_drops_is_given_up_when_the_time_is_over(seconds: float) -> None:
    async def story() -> list[Message]:
        async def a_drop() -> Message:
            await asyncio.sleep(0.02)
            return {"type": "http.request", "body": b"a", "more_body": True}

        timed, began, found = guard._in_time(a_drop, seconds), time.monotonic(), list[Message]()
        try:
            while True:
                found.append(await timed())
        except TooSlowError as error:
            assert "within 0" in error.sentence  # noqa: PT017 - what came before matters
        assert seconds <= time.monotonic() - began <= seconds + 1
        return found

    assert asyncio.run(story())
