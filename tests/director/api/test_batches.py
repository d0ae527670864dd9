"""Where batches wait: how many at once, what they may hold in memory, and who is asked to come again."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest
from fastapi import Request
from starlette.types import Message

from director.api import batches, parcels
from director.api.batches import BatchDesk, take, whole
from director.errors import BusyError
from director.records.blobs import SPOOLED_IN_MEMORY_BYTES, BlobStore
from tests.federation_simulator import FederationSimulator

MIB = 2**20


def asked(body: bytes = b"", length: int | None = None, pieces: int = 4) -> Request:
    """A request whose body comes in pieces; says its length if one is given."""
    size = -(-len(body) // pieces) or 1
    left = [body[start : start + size] for start in range(0, len(body), size)] or [b""]

    async def receive() -> Message:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    headers = [] if length is None else [(b"content-length", str(length).encode())]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


def test_a_body_may_be_held_in_memory_as_long_as_all_that_are_have_room() -> None:
    desk = BatchDesk(2)
    with desk.place(asked(length=10 * MIB)) as first, desk.place(asked(length=10 * MIB)) as second:
        assert (first, second) == (10 * MIB, SPOOLED_IN_MEMORY_BYTES)
        with desk.place(asked(length=5 * MIB)) as third, desk.place(asked()) as fourth:
            assert (third, fourth) == (5 * MIB, SPOOLED_IN_MEMORY_BYTES)
    with desk.place(asked(length=15 * MIB)) as again, desk.place(asked(length=10)) as small:
        assert (again, small) == (15 * MIB, SPOOLED_IN_MEMORY_BYTES)
    with desk.place(asked(length=10**30)) as boundless:
        assert boundless == SPOOLED_IN_MEMORY_BYTES


def test_one_batch_more_than_there_are_places_is_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_PLACES", 1)
    desk = BatchDesk(2)
    with desk.place(asked(length=MIB)), pytest.raises(BusyError, match="1 batches"), desk.place(asked(length=MIB)):
        pass
    with desk.place(asked(length=15 * MIB)) as given:  # who was refused keeps no room
        assert given == 15 * MIB


@pytest.mark.parametrize("in_memory_bytes", [10, 10**6])
def test_a_body_is_what_was_sent_wherever_it_is_held(tmp_path, in_memory_bytes: int) -> None:
    body = bytes(range(256)) * 1000
    store = BlobStore(tmp_path)
    store.prepare()
    with store.spool(in_memory_bytes) as file:
        anyio.run(take, asked(body), file, in_memory_bytes)
        assert whole(file) == body
        assert bool(getattr(file, "_rolled", None)) == (in_memory_bytes == 10)


def test_two_are_read_at_once_and_a_third_that_waited_long_enough_is_asked_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batches, "_PATIENCE_SECONDS", 0.2)
    may_end, reading = threading.Event(), threading.Semaphore(0)

    def read() -> str:
        reading.release()
        may_end.wait()
        return "read"

    async def story() -> None:
        desk, found = BatchDesk(2), []

        async def one() -> None:
            found.append(await desk.in_turn(read))

        async with anyio.create_task_group() as group:
            for _ in range(2):
                group.start_soon(one)
            await anyio.to_thread.run_sync(lambda: [reading.acquire() for _ in range(2)])
            with pytest.raises(BusyError, match="Other batches"):
                await desk.in_turn(read)
            may_end.set()
        assert found == ["read", "read"]
        assert await desk.in_turn(read) == "read"  # whoever gave up left no turn taken

    anyio.run(story)


def test_an_upload_waits_for_its_turn_as_long_as_it_takes() -> None:
    async def story() -> None:
        desk = parcels.Desk("uploads", places=2, at_once=1)
        async with anyio.create_task_group() as group:
            group.start_soon(desk.in_turn, lambda: threading.Event().wait(0.3))
            await anyio.sleep(0.05)
            assert await desk.in_turn(lambda: "judged") == "judged"

    anyio.run(story)


def test_a_receiver_who_is_slow_takes_no_turn() -> None:
    def blocks() -> Iterator[bytes]:
        yield from (b"a", b"", b"b")

    async def story() -> None:
        desk = BatchDesk(1)
        slow = desk.computed(blocks())
        assert await anext(slow) == b"a"
        assert [block async for block in desk.computed(blocks())] == [b"a", b"", b"b"]
        assert await desk.in_turn(lambda: "read") == "read"
        assert [block async for block in slow] == [b"", b"b"]

    anyio.run(story)


def test_a_batch_that_waited_in_vain_says_when_to_come_again(
    federation: FederationSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "_PATIENCE_SECONDS", 0.2)
    federation.restart()
    federation.enrol("KUTRRH").train_and_upload()
    assert federation.aggregate().status_code == 201
    may_end, reading = threading.Event(), threading.Semaphore(0)
    original = federation.director.inference.answer_csv

    def slowly(*given):
        reading.release()
        may_end.wait()
        return original(*given)

    monkeypatch.setattr(federation.director.inference, "answer_csv", slowly)
    headers = {**federation.analyst, "Content-Type": "text/csv"}

    def ask():
        return federation.http.post("/infer_global/batch", content="diagnosis_count\n1\n", headers=headers)

    with ThreadPoolExecutor(2) as threads:
        first = [threads.submit(ask) for _ in range(2)]
        for _ in range(2):
            reading.acquire()
        refused = ask()
        may_end.set()
        assert [each.result().status_code for each in first] == [200, 200]
    assert (refused.status_code, refused.json()["code"], refused.headers["Retry-After"]) == (503, "busy", "5")
    assert ask().status_code == 200
