"""Many envoys that wait: they cost little, are told at once, and hold up neither the others nor the end."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from director.assembly import Director
from director.rounds.events import RunPaused
from director.settings import DirectorSettings
from tests.faults.scale import record, scaled
from tests.faults.waiting_envoys import Waiting, joined, open_run
from tests.faults.watching import HealthWatch, memory_mib
from tests.real_processes import RealDirector

CROWD = scaled(150, 1000)


@pytest.fixture
def director(tmp_path: Path) -> Iterator[RealDirector]:
    director = RealDirector(tmp_path / "director", {"DIRECTOR_MAX_CONNECTIONS": "50", "DIRECTOR_IDLE_SECONDS": "1"})
    director.run("init")
    yield director
    director.stop()


@pytest.mark.alone
def test_a_new_round_reaches_a_thousand_who_wait_and_others_are_served_meanwhile(tmp_path: Path):
    director = RealDirector(tmp_path / "director")
    director.run("init")
    waiters = joined(director, CROWD)
    run = open_run(director)
    director.start()
    for _ in range(20):  # what a first answer takes is not the waiting's
        requests.get(f"{director.url}/health/live", timeout=10).raise_for_status()
    before = memory_mib(director)

    async def story() -> tuple[float, float]:
        async with Waiting(director, waiters[1:]) as waiting:
            at_rest = memory_mib(director) - before
            answer = {"choice": "take_part", "patients": 40}
            url = f"{director.url}/runs/{run}/answers"
            opened = await asyncio.to_thread(requests.post, url, json=answer, headers=waiters[0].headers, timeout=30)
            began = time.monotonic()  # the round is open at the earliest now: its hospitals are all there
            assert opened.status_code == 201
            answers = await waiting.answers()
        assert {status for _, status, _ in answers} == {200}
        assert all(work["assignment"]["number"] == 1 for _, _, work in answers)
        return at_rest, max(when for when, _, _ in answers) - began

    with HealthWatch(director) as health:
        grown, seconds = asyncio.run(story())
        time.sleep(0.5)
    peak = memory_mib(director, "VmHWM") - before
    director.stop()
    assert not health.failures
    assert health.p95_ms <= 250
    assert seconds <= 2
    assert peak <= 150 * CROWD / 1000 + 20
    record(
        "1,000 waiting envoys",
        bar="memory + ≤ 150 MB, a new round reaches all within 2 s, /health/live p95 ≤ 250 ms",
        reached=f"{CROWD - 1} waiting: + {grown:.0f} MiB, + {peak:.0f} at the highest; "
        f"all told within {seconds:.2f} s; p95 {health.p95_ms:.0f} ms",
    )


def test_who_waits_takes_nobodys_connection_and_is_not_idle(director: RealDirector):
    waiters = joined(director, 120)
    director.start()

    async def story() -> None:
        async with Waiting(director, waiters) as waiting:
            for _ in range(30):  # each on a new connection
                await asyncio.to_thread(requests.get, f"{director.url}/health/live", timeout=5)
                await asyncio.sleep(0.1)
            assert waiting.are_all_waiting

    asyncio.run(story())


def test_a_wait_that_is_over_counts_again_as_a_connection(director: RealDirector):
    waiters = joined(director, 80)
    director.start()

    async def story() -> None:
        async with Waiting(director, waiters, seconds=1) as waiting:
            assert {status for _, status, _ in await waiting.answers()} == {200}
            await asyncio.to_thread(time.sleep, 2.5)
            assert not waiting.are_all_waiting  # idle by now, and closed

    asyncio.run(story())


@pytest.mark.alone
def test_told_to_stop_it_lets_all_who_wait_go_at_once(director: RealDirector):
    waiters = joined(director, 120)
    director.start()

    async def story() -> None:
        async with Waiting(director, waiters) as waiting:
            began = time.monotonic()
            director.running.terminate()
            answers = await waiting.answers()
            assert {status for _, status, _ in answers} == {200}
            assert all(work["assignment"] is None for _, _, work in answers)
            await asyncio.to_thread(director.ended)
            assert time.monotonic() - began < 3

    asyncio.run(story())


def test_one_token_waits_so_often_and_then_is_asked_to_come_again(director: RealDirector):
    waiters = joined(director, 1)
    director.start()

    async def story() -> None:
        async with Waiting(director, waiters * 9) as waiting:
            refused = [each for each in waiting._lines if each[0]._buffer]  # type: ignore[attr-defined]
            assert len(refused) == 1
            head = await refused[0][0].readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 503 ")
            assert b"retry-after: 5" in head.lower()
        await asyncio.sleep(0.3)  # all have gone, and their places are free
        async with Waiting(director, waiters * 8) as waiting:
            assert waiting.are_all_waiting

    asyncio.run(story())


@pytest.mark.alone
def test_what_a_command_did_wakes_the_waiting_of_every_worker(tmp_path: Path):
    director = RealDirector(tmp_path / "director", options=("--workers", "2"))
    director.run("init")
    waiters = joined(director, 12)
    director.start()

    async def story() -> None:
        async with Waiting(director, waiters) as waiting:
            await asyncio.to_thread(director.run, "run", "open", "--rounds", "1")
            done = time.monotonic()
            answers = await waiting.answers()
            assert all(work["invitation"] is not None for _, _, work in answers)
            assert max(when for when, _, _ in answers) - done < 1

    asyncio.run(story())
    director.stop()


@pytest.mark.alone
def test_a_stream_tells_what_a_command_did_and_ends_at_once_with_the_director(director: RealDirector):
    director.start()
    with requests.get(f"{director.url}/events", headers=director.admin, stream=True, timeout=10) as answer:
        lines = answer.iter_lines()
        assert next(lines).startswith(b"id: ")
        director.run("envoy", "add", "KNH")
        done = time.monotonic()
        assert b'"envoy.add"' in next(line for line in lines if line.startswith(b"data: "))
        assert time.monotonic() - done < 1
        time.sleep(3)  # longer than a connection may idle
        director.running.terminate()
        began = time.monotonic()
        assert not any(line.startswith(b"data: ") and b'"envoy.add"' in line for line in lines)
    director.ended()
    assert time.monotonic() - began < 3


def test_whoever_takes_nothing_of_a_stream_is_cut(director: RealDirector):
    reason = "y" * 50_000
    house = Director(DirectorSettings(data_dir=director.folder))
    with house.ledger.act("director") as act:
        for _ in range(300):
            act.tell(RunPaused(run=1, reason=reason))
    house.close()
    director.start()
    bearer, taken = director.admin["Authorization"].encode(), 0
    before = memory_mib(director)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", director.port))
        connection.sendall(b"GET /events?after=0 HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n\r\n" % bearer)
        time.sleep(5)
        assert memory_mib(director) - before < 64  # a stretch is held, not the rest
        connection.settimeout(5)
        with suppress(ConnectionResetError):
            while block := connection.recv(65536):
                taken += len(block)
    assert 0 < taken < 300 * len(reason)
