"""Following what happens over HTTP: from a place on, as far as the caller may know it, and not for ever."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import closing
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests
from fastapi import Request
from fastapi.sse import ServerSentEvent

from director.api.events import Feed
from director.api.waiting import WaitingRoom
from director.members.access import LOCAL_ADMIN
from director.records.events import Told
from director.upkeep.event_views import READ_AT_ONCE, EventReel
from director.upkeep.events import BackupMade
from tests.director.api.house import DOCUMENT
from tests.federation_simulator import FederationSimulator, SimulatedHospital
from tests.real_processes import RealDirector

NOBODY = cast(Request, SimpleNamespace(scope={}))


def followed(federation: FederationSimulator, headers: dict[str, str], query: str = "after=0&seconds=0") -> list[Any]:
    answer = federation.http.get(f"/events?{query}", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    return [json.loads(line.removeprefix("data: ")) for line in answer.text.split("\n") if line.startswith("data: ")]


def test_each_role_follows_its_own_view(federation: FederationSimulator, hospital: SimulatedHospital):
    other = federation.enrol("KNH")
    for each in (hospital, other):
        each.send_statistics()
        each.train_and_upload()
    assert federation.aggregate().status_code == 201
    admin, own = followed(federation, federation.admin), followed(federation, hospital.headers)
    analyst = followed(federation, federation.analyst)
    assert [each["seq"] for each in admin] == list(range(1, len(admin) + 1))
    assert {each["subject"] for each in own if each["act"] == "upload.admit"} == {"KUTRRH"}
    assert "KNH" not in json.dumps([own, analyst])
    assert [each["act"] for each in analyst if each["act"].startswith("model.")] == ["model.aggregate", "model.publish"]
    assert "inputs" not in json.dumps([own, analyst])


def test_it_goes_on_after_the_last_one_seen_and_without_one_from_now_on(federation: FederationSimulator):
    newest = followed(federation, federation.admin)[-1]["seq"]
    last = {**federation.admin, "Last-Event-ID": str(newest - 1)}
    assert [each["seq"] for each in followed(federation, last, "after=0&seconds=0")] == [newest]
    assert followed(federation, federation.admin, "seconds=0") == []
    assert followed(federation, {**federation.admin, "Last-Event-ID": str(2**62)}, "seconds=0") == []
    first = federation.http.get("/events?seconds=0", headers=federation.admin).text
    assert first == f"id: {newest}\nretry: 2000\n\n"


@pytest.mark.parametrize("asked", ["after=-1", "after=x", f"after={2**63}", "seconds=3601", "seconds=-1"])
def test_an_odd_question_is_refused(federation: FederationSimulator, asked: str):
    answer = federation.http.get(f"/events?{asked}", headers=federation.admin)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    odd = {**federation.admin, "Last-Event-ID": "x"}
    assert federation.http.get("/events?seconds=0", headers=odd).status_code == 422


def test_what_happens_meanwhile_is_told_and_then_the_time_is_up(federation: FederationSimulator):
    threading.Timer(0.3, federation.enrol, ("KNH",)).start()
    acts = [each["act"] for each in followed(federation, federation.admin, "seconds=3")]
    assert acts == ["envoy.add", "envoy.code", "token.issue"]


def test_whose_token_is_revoked_follows_no_more(federation: FederationSimulator, hospital: SimulatedHospital):
    began, disable = time.monotonic(), f"/envoys/{hospital.name}/disable"
    later = threading.Timer(0.3, lambda: federation.http.post(disable, headers=federation.admin))
    later.start()
    assert followed(federation, hospital.headers, "seconds=30") == []
    later.join()
    assert time.monotonic() - began < 5


def test_the_document_tells_of_the_stream_and_of_what_is_in_it():
    operation = DOCUMENT["paths"]["/events"]["get"]
    assert {(each["in"], each["name"]) for each in operation["parameters"]} == {
        ("query", "after"),
        ("header", "Last-Event-ID"),
        ("query", "seconds"),
    }
    item = operation["responses"]["200"]["content"]["text/event-stream"]["itemSchema"]
    assert item["properties"]["data"]["contentSchema"] == {"$ref": "#/components/schemas/ToldEvent"}
    assert {"seq", "at", "act", "subject", "facts"} <= DOCUMENT["components"]["schemas"]["ToldEvent"][
        "properties"
    ].keys()


class CountedReel(EventReel):
    """Counts how often it is read."""

    readings = 0

    def after(self, place: int) -> Sequence[Told]:
        self.readings += 1
        time.sleep(0.05)
        return super().after(place)


Stream = Callable[[], AsyncIterator[ServerSentEvent]]


def with_streams(federation: FederationSimulator, story: Callable[[Stream, CountedReel], Awaitable[Any]]) -> Any:
    """Let a story open streams of all that there is, and count what is read for them."""
    director = federation.director
    reel = CountedReel(director.database)
    with director.database.read() as session:
        reel.refresh(session)
    room = WaitingRoom(lambda _: True, places=100, places_of_one=100)
    with closing(Feed(reel)) as feed:

        async def stream() -> AsyncIterator[ServerSentEvent]:
            with room.place(NOBODY, LOCAL_ADMIN) as place:
                async for each in feed.stream(LOCAL_ADMIN, place, 0, 0):
                    yield each

        async def told() -> Any:
            return await story(stream, reel)

        return asyncio.run(told())


def test_streams_at_the_same_place_share_one_reading(federation: FederationSimulator):
    federation.enrol("KNH")

    async def story(stream: Stream, reel: CountedReel) -> None:
        async def length() -> int:
            return len([each async for each in stream() if each.data])

        assert await asyncio.gather(*(length() for _ in range(20))) == [reel.newest] * 20
        assert reel.readings == 1

    with_streams(federation, story)


def test_who_is_far_behind_gets_a_stretch_when_it_has_taken_the_one_before(federation: FederationSimulator):
    with federation.director.ledger.act("director") as act:
        for _ in range(3 * READ_AT_ONCE):
            act.tell(BackupMade())

    async def story(stream: Stream, reel: CountedReel) -> None:
        taking = stream()
        for _ in range(10):
            await anext(taking)
        await asyncio.sleep(0.2)
        assert reel.readings == 1
        assert 10 + len([each async for each in taking]) == reel.newest + 1
        assert reel.readings == 4

    with_streams(federation, story)


def test_who_leaves_a_stream_in_the_midst_of_it_is_no_failure(director: RealDirector):
    with requests.Session() as admin:
        admin.headers.update(director.admin)
        for number in range(60):  # more than is sent before it is seen that nobody takes it
            admin.post(f"{director.url}/envoys", json={"envoy_name": f"H{number}"}, timeout=5).raise_for_status()
    asked = f"GET /events?after=0 HTTP/1.1\r\nHost: x\r\nAuthorization: {director.admin['Authorization']}\r\n\r\n"
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", director.port), timeout=5) as connection:
            connection.sendall(asked.encode())
            taken = b""
            while len(taken) < 6000:  # not so few that the end is seen before anything is sent
                taken += connection.recv(2000)
            assert taken.startswith(b"HTTP/1.1 200")
    assert requests.get(f"{director.url}/health/live", timeout=5).ok
    director.stop()
    assert "request.failed" not in (director.folder / "logs" / "director.log").read_text()
    assert "Traceback" not in director.said
