"""Whether it runs, and whether it can serve."""

import threading
from importlib.metadata import version

import anyio
import anyio.to_thread
import pytest
from starlette.types import Message

from contract.compatibility import OLDEST_ENVOY
from director.app import create_app
from tests.federation_simulator import FederationSimulator


def test_health(federation: FederationSimulator):
    assert federation.http.get("/health/live").json()["status"] == "ok"
    ready = federation.http.get("/health/ready")
    assert (ready.status_code, ready.json()["checks"]) == (200, {"database": "ok", "storage": "ok"})


def test_the_head_of_a_health_path_is_that_of_its_answer(federation: FederationSimulator):
    for path in ("/health/live", "/health/ready"):
        head, whole = federation.http.head(path), federation.http.get(path)
        assert (head.status_code, head.headers["content-length"]) == (200, whole.headers["content-length"])


def test_a_director_that_can_not_serve_says_what_fails(
    federation: FederationSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(federation.director.upkeep, "states", lambda: {"database": "ok", "storage": "failing"})
    ready = federation.http.get("/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (503, "failing")
    assert ready.json()["checks"] == {"database": "ok", "storage": "failing"}
    assert federation.http.get("/health/live").status_code == 200


def test_it_says_that_it_runs_also_where_every_thread_waits(federation: FederationSimulator) -> None:
    sent: list[Message] = []

    async def story() -> None:
        async def receive() -> Message:
            return {"type": "http.request"}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/health/live",
            "query_string": b"",
            "state": {},
            "headers": [],
        }
        anyio.to_thread.current_default_thread_limiter().total_tokens = 1
        may_end = threading.Event()

        async def wait() -> None:
            await anyio.to_thread.run_sync(may_end.wait)

        async with anyio.create_task_group() as group:
            group.start_soon(wait)
            await anyio.sleep(0.05)
            try:
                with anyio.fail_after(20):
                    await create_app(federation.director)(scope, receive, send)
            finally:
                may_end.set()

    anyio.run(story)
    assert sent[0]["status"] == 200


def test_both_say_which_version_it_is_and_the_oldest_envoy_that_it_takes(federation: FederationSimulator):
    for path in ("/health/live", "/health/ready"):
        said = federation.http.get(path).json()
        assert (said["version"], said["oldest_envoy"]) == (version("fl-director"), OLDEST_ENVOY)
