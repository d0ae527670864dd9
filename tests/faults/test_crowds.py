"""Many hospitals at once, and a director that is told to stop in the middle of it."""

import shutil
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.faults import large_task
from tests.faults.large_task import LARGE
from tests.faults.raw_http import send
from tests.faults.scale import record, scaled
from tests.faults.senders import Sender, admitted_versions, join
from tests.faults.watching import HealthWatch, memory_mib
from tests.real_processes import RealDirector

pytestmark = pytest.mark.alone


@pytest.fixture
def director(tmp_path: Path) -> Iterator[RealDirector]:
    """A director that has the large task too."""
    stopping = {"DIRECTOR_STOPPING_SECONDS": str(scaled(4, 25))}
    director = RealDirector(tmp_path / "director", stopping, program=(large_task.__file__,))
    director.start()
    yield director
    director.stop()
    shutil.rmtree(director.folder)  # gigabytes, in the long form


def test_a_hundred_envoys_with_5_mib_each_are_all_taken_in_a_minute(director: RealDirector):
    crowd = scaled(12, 100)
    senders = join(director, crowd, task=LARGE, timeout_seconds=120)
    director_before, parcels = memory_mib(director), [sender.parcel() for sender in senders]
    assert min(len(parcel["model"]) for parcel in parcels) >= 5 * 2**20
    assert len({parcel.key for parcel in parcels}) == crowd
    gate = threading.Barrier(crowd + 1)

    def send_at_once(sender: Sender) -> float:
        gate.wait()
        began = time.monotonic()
        sender.send()
        return time.monotonic() - began

    with ThreadPoolExecutor(crowd) as threads, HealthWatch(director) as health:
        running = [threads.submit(send_at_once, sender) for sender in senders]
        gate.wait()
        seconds = [each.result() for each in running]
    growth = memory_mib(director, "VmHWM") - director_before
    assert admitted_versions(director) == {sender.name: [1] for sender in senders}
    assert not health.failures
    assert max(seconds) <= 60
    assert growth <= 300
    assert health.p95_ms <= 250
    assert not list((director.folder / "blobs" / "incoming").iterdir())
    record(
        "100 envoys × 5 MiB at once",
        bar="all 201 within 60 s, memory + 300 MB, /health/live p95 ≤ 250 ms",
        reached=f"{crowd} × 201 within {max(seconds):.1f} s, + {growth:.0f} MiB, p95 {health.p95_ms:.0f} ms",
    )


def test_one_upload_more_than_there_are_places_is_asked_to_come_again(tmp_path: Path):
    director = RealDirector(tmp_path / "director", {"DIRECTOR_MAX_UPLOADS_AT_ONCE": "1"})
    director.start()
    first, second = join(director, 2)
    is_sending, may_end = threading.Event(), threading.Event()
    headers = dict(first.client._session.headers) | {"Content-Type": "multipart/form-data; boundary=b"}

    def half_a_body() -> Iterator[bytes]:
        yield b"--b\r\n"
        is_sending.set()
        may_end.wait()

    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(
            requests.post, f"{director.url}/upload/{first.name}", data=half_a_body(), headers=headers, timeout=30
        )
        is_sending.wait()
        time.sleep(0.2)
        bearer = str(second.client._session.headers["Authorization"]).encode()
        refused = send(
            director.port,
            b"POST /upload/%s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Type: multipart/form-data; "
            b"boundary=b\r\nContent-Length: 60000000\r\n\r\n" % (second.name.encode(), bearer),
            then_bytes=60_000_000,
        )
        assert (refused.statuses, b"retry-after: 5" in refused.head) == ([503], True)
        assert refused.sent_bytes <= 8 * 2**20
        waiting = threads.submit(second.send)  # its client comes again by itself
        time.sleep(0.5)
        may_end.set()
        assert slow.result().status_code == 400
        assert waiting.result().version == 1
    director.stop()


def test_told_to_stop_under_load_it_ends_in_time_and_every_upload_is_durable_or_safely_repeated(
    director: RealDirector,
):
    senders = join(director, scaled(6, 20), attempts=30)
    bearer = str(senders[0].client._session.headers["Authorization"]).encode()
    stop = threading.Event()

    def keep_sending(sender: Sender) -> None:
        for nudge in range(10_000):
            if stop.is_set():
                return
            sender.send(nudge)

    with ThreadPoolExecutor(len(senders)) as threads:
        running = [threads.submit(keep_sending, sender) for sender in senders]
        stops = []
        for _ in range(scaled(1, 3)):
            dripping = [half_an_upload(director, senders[0].name, bearer) for _ in range(scaled(2, 10))]
            time.sleep(1)
            began = time.monotonic()
            director.running.send_signal(signal.SIGTERM)
            director.running.communicate(timeout=60)
            stops.append(time.monotonic() - began)
            for connection in dripping:  # nothing was acknowledged, and the end is clean
                assert connection.recv(4096)[:13] in (b"HTTP/1.1 503 ", b"HTTP/1.1 408 ", b"")
                connection.close()
            director.start()
        time.sleep(1)
        stop.set()
        for each in running:
            each.result()  # no upload failed: each was answered, or came again and was known
    versions = admitted_versions(director)
    for sender in senders:
        acknowledged = [receipt.version for receipt in sender.receipts]
        assert acknowledged == versions[sender.name] == list(range(1, len(acknowledged) + 1))
    assert max(stops) <= 30
    assert director.run("fsck").stdout.strip() == "clean"
    sent = sum(len(sender.receipts) for sender in senders)
    record(
        "SIGTERM under load",
        bar="exit ≤ 30 s, each upload durable or safely retried",
        reached=f"{len(stops)} stops, slowest {max(stops):.1f} s; {sent} uploads, each exactly once",
    )


def half_an_upload(director: RealDirector, name: str, bearer: bytes) -> socket.socket:
    """Begin an upload that will not come to its end."""
    connection = socket.create_connection(("127.0.0.1", director.port))
    connection.sendall(
        b"POST /upload/%s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Type: multipart/form-data; "
        b"boundary=b\r\nContent-Length: 60000\r\n\r\n--b\r\n" % (name.encode(), bearer)
    )
    return connection
