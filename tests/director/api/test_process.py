"""The figures of a process: what waits in it, what is open, how late its event loop comes."""

import asyncio
import contextlib
import time
from pathlib import Path
from typing import Any

import anyio

from director.api.batches import BatchDesk
from director.api.parcels import Desk
from director.api.process import Process
from director.api.waiting import WaitingRoom
from director.assembly import Director
from director.settings import DirectorSettings
from director.watching.workers import Workers


def process(tmp_path: Path, workers: Workers | None = None) -> tuple[Process, Desk]:
    director = Director(DirectorSettings(data_dir=tmp_path))
    desk, room = Desk("uploads", places=7, at_once=2), WaitingRoom(lambda _: True, places=1, places_of_one=1)
    return Process(director.denials, desk, BatchDesk(3), room, workers or Workers()), desk


def values(found: Process) -> dict[tuple[str, ...], Any]:
    return {(each.figure, *each.labels[:-1]): each.value for each in found.samples()}


def test_what_is_at_the_desk_is_counted(tmp_path: Path) -> None:
    found, desk = process(tmp_path)

    async def crowd() -> dict[tuple[str, ...], Any]:
        inside, leave = asyncio.Event(), anyio.Event()

        def judged() -> None:
            anyio.from_thread.run_sync(inside.set)
            anyio.from_thread.run(leave.wait)

        with desk.place(), desk.place(), desk.place():
            working = asyncio.create_task(desk.in_turn(judged))
            await inside.wait()
            seen = values(found)
            leave.set()
            await working
        return seen

    seen = anyio.run(crowd)
    assert [seen[f"desk_{what}", "uploads"] for what in ("places", "taken", "judged")] == [7, 3, 1]
    after = values(found)
    assert [after[f"desk_{what}", "uploads"] for what in ("places", "taken", "judged")] == [7, 0, 0]
    assert after["desk_places", "batches"] == 64


def test_a_loop_that_comes_late_is_seen(tmp_path: Path) -> None:
    found, _ = process(tmp_path)

    async def blocked() -> None:
        beating = asyncio.create_task(found.beat())
        await asyncio.sleep(0.2)
        time.sleep(1.5)
        await asyncio.sleep(0.2)
        beating.cancel()

    asyncio.run(blocked())
    assert 0.5 < values(found)[("loop_lag_seconds",)] < 5


def test_the_process_itself_is_measured(tmp_path: Path) -> None:
    found, _ = process(tmp_path)
    seen = values(found)
    assert seen[("process_cpu_seconds_total",)] > 0
    assert 10 * 2**20 < seen[("process_resident_bytes",)] < 2**33
    assert abs(seen[("process_start_timestamp_seconds",)] - time.time()) < 60


def test_one_of_many_tells_the_others_by_itself_and_takes_it_back_at_its_end(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("director.api.process._TOLD_EVERY_BEATS", 1)
    monkeypatch.setattr("director.api.process._BEAT_SECONDS", 0.01)
    found, _ = process(tmp_path, Workers(tmp_path / "workers", "11"))

    async def told() -> bool:
        beating = asyncio.create_task(found.beat())
        while not (tmp_path / "workers" / "11.json").exists():
            await asyncio.sleep(0.01)
        beating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await beating
        return (tmp_path / "workers" / "11.json").exists()

    assert not asyncio.run(told())
