"""Parts over HTTP: what came of a request that broke, or that did not hold what it said."""

import threading
from collections.abc import Iterator
from datetime import datetime

import anyio
import pytest
from starlette.types import Message

from contract.names import Digest, EnvoyName
from director.api.parcels import Desk
from director.app import create_app
from director.errors import BusyError
from director.submissions.part_files import PartFiles
from tests.federation_simulator import FederationSimulator, SimulatedHospital

DATA = bytes(range(256)) * 8
PART = f"/upload/KUTRRH/parts/{Digest.of(DATA)}"


def received(hospital: SimulatedHospital) -> int:
    return int(hospital.http.get(PART, headers=hospital.headers).json()["received"])


@pytest.mark.parametrize(
    ("content_range", "status", "code"),
    [
        ("", 422, "invalid_request"),
        ("bytes 0-9/*", 422, "invalid_request"),
        ("bytes 9-0/2048", 400, "malformed_request"),
        ("bytes 0-2048/2048", 400, "malformed_request"),
    ],
)
def test_a_range_that_names_no_bytes_is_refused(
    hospital: SimulatedHospital, content_range: str, status: int, code: str
) -> None:
    headers = {**hospital.headers, **({"Content-Range": content_range} if content_range else {})}
    refused = hospital.http.patch(PART, content=DATA[:10], headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert received(hospital) == 0


def test_a_body_of_another_length_than_its_range_is_refused_and_what_fits_stays(hospital: SimulatedHospital) -> None:
    headers = {**hospital.headers, "Content-Range": "bytes 0-99/2048"}
    short = hospital.http.patch(PART, content=DATA[:60], headers=headers)
    assert (short.status_code, short.json()["code"], received(hospital)) == (400, "malformed_request", 60)
    headers = {**hospital.headers, "Content-Range": "bytes 60-99/2048"}
    long = hospital.http.patch(PART, content=DATA[60:160], headers=headers)
    assert (long.status_code, long.json()["code"], received(hospital)) == (400, "malformed_request", 60)
    assert hospital.http.patch(PART, content=DATA[60:100], headers=headers).json() == {"received": 100}


def test_what_came_before_a_request_broke_stays(federation: FederationSimulator, hospital: SimulatedHospital) -> None:
    messages: Iterator[Message] = iter(
        [{"type": "http.request", "body": DATA[:1000], "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive() -> Message:
        return next(messages)

    async def send(message: Message) -> None:
        raise AssertionError("nobody is there")

    token = hospital.headers["Authorization"].encode()
    headers = [(b"authorization", token), (b"content-range", b"bytes 0-2047/2048")]
    scope = {"type": "http", "method": "PATCH", "path": PART, "query_string": b"", "state": {}, "headers": headers}
    with pytest.raises(AssertionError, match="nobody is there"):
        anyio.run(create_app(federation.director), scope, receive, send)
    assert received(hospital) == 1000
    rest = {**hospital.headers, "Content-Range": "bytes 1000-2047/2048"}
    assert hospital.http.patch(PART, content=DATA[1000:], headers=rest).json() == {"received": 2048}


def test_a_crowd_that_waits_for_the_disk_leaves_threads_to_whoever_else_asks() -> None:
    async def story() -> None:
        desk, may_end = Desk("uploads", places=1, at_once=1), threading.Event()
        async with anyio.create_task_group() as group:
            for _ in range(60):
                group.start_soon(desk.on_disk, may_end.wait)
            await anyio.sleep(0.05)
            try:
                with anyio.fail_after(20):
                    assert await anyio.to_thread.run_sync(lambda: "answered") == "answered"
            finally:
                may_end.set()

    anyio.run(story)


def test_a_large_piece_is_written_as_it_comes_and_the_rest_with_its_end(
    hospital: SimulatedHospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, written = bytes(700_000), list[int]()
    whole = PartFiles.write

    def noted(files: PartFiles, envoy: EnvoyName, digest: Digest, place: int, piece: bytes, now: datetime) -> None:
        written.append(len(piece))
        whole(files, envoy, digest, place, piece, now)

    def in_chunks() -> Iterator[bytes]:
        yield from (data[place : place + 50_000] for place in range(0, len(data), 50_000))

    monkeypatch.setattr(PartFiles, "write", noted)
    path = f"/upload/KUTRRH/parts/{Digest.of(data)}"
    headers = {**hospital.headers, "Content-Range": f"bytes 0-{len(data) - 1}/{len(data)}"}
    assert hospital.http.patch(path, content=in_chunks(), headers=headers).json() == {"received": len(data)}
    assert sum(written) == len(data)
    assert len(written) <= 3


def test_no_digest_no_part(hospital: SimulatedHospital) -> None:
    for name in ("abc", "0" * 63, "..%2f..%2fdirector.db"):
        answer = hospital.http.get(f"/upload/KUTRRH/parts/{name}", headers=hospital.headers)
        assert answer.status_code in (404, 422)


def test_a_part_for_which_no_place_is_left_is_asked_to_come_again(
    hospital: SimulatedHospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(desk: Desk) -> None:
        raise BusyError("All places are taken.")

    monkeypatch.setattr(Desk, "place", taken)
    headers = {**hospital.headers, "Content-Range": "bytes 0-2047/2048"}
    refused = hospital.http.patch(PART, content=DATA, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (503, "busy")
