"""What the kernel is asked for, in which order, and what happens when it refuses."""

from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.faults.house import House
from tests.faults.scale import record, scaled
from tests.faults.tracing import calls, require_strace, traced

CALLS = ("write", "pwrite64", "fsync", "fdatasync", "rename")
ERRORS = ("EIO", "ENOSPC")
STEP = scaled(6, 1)  # the short form leaves some places out
CLEAN = {"storage_failed": 503, "storage_full": 507, "database_unusable": 503}

pytestmark = pytest.mark.timeout(3600)


def places(found: list[tuple[str, str]], name: str, *parts: str) -> list[int]:
    """Give where a call on a file comes in the trace; there is at least one."""
    where = [
        place
        for place, (call, arguments) in enumerate(found)
        if call == name and all(each in arguments for each in parts)
    ]
    assert where, f"no {name} of {parts}"
    return where


def test_an_upload_is_durable_before_the_first_byte_of_its_answer(house: House, tmp_path: Path):
    require_strace()
    sender = house.senders[0]
    watched = "trace=write,pwrite64,fsync,fdatasync,rename,sendto"
    with traced(house.director.pid, tmp_path / "trace", "-e", watched):
        sender.upload()
    digest, found = sender.acknowledged[max(sender.acknowledged)], calls(tmp_path / "trace")
    named = places(found, "rename", f"/{digest}")[0]
    incoming = found[named][1].split('"')[1]
    written, synced = places(found, "write", incoming), places(found, "fsync", incoming)
    folder_synced = [each for each in places(found, "fsync", f"/blobs/{digest[:2]}>") if each > named]
    logged, committed = places(found, "pwrite64", "director.db-wal"), places(found, "fdatasync", "director.db-wal")
    answered = places(found, "sendto", "HTTP/1.1 201")
    order = [written[-1], synced[0], named, folder_synced[0], logged[0], committed[0], answered[0]]
    assert order == sorted(order)
    assert logged[-1] < committed[-1]
    record(
        "order of system calls of one upload",
        bar="write → fsync → rename → fsync(dir) → commit → first byte of 201",
        reached="as it must be (strace): " + ", ".join(f"{found[place][0]} #{place}" for place in order),
    )


def act_of(house: House, name: str) -> Callable[[], requests.Response]:
    sender = house.senders[1]
    newest = house.listed()[0]["version"]
    acts: dict[str, Callable[[], requests.Response]] = {
        "upload": lambda: sender.send(sender.train()),
        "statistics": sender.send_statistics,
        "aggregate": house.aggregate,
        "publish": lambda: house.publish(1 if house.listed()[0]["published"] else newest),
    }
    return acts[name]


def prepare(house: House, name: str) -> None:
    """Let there be something new before an aggregate is made."""
    if name == "aggregate":
        house.senders[1].upload()


@pytest.mark.parametrize("name", ["upload", "statistics", "aggregate", "publish"])
def test_whichever_call_fails_the_act_is_refused_cleanly_and_works_again(house: House, name: str, tmp_path: Path):
    require_strace()
    house.move_on()
    act, refused, cut_short = act_of(house, name), 0, 0
    for call in CALLS:
        for number in range(1, 200, STEP):
            fired = False
            for error in ERRORS if STEP == 1 else (ERRORS[number % 2],):
                prepare(house, name)
                before = house.senders[1].infer().json()["model"]["version"]
                trace = tmp_path / "trace"
                inject = ("-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={number}")
                with traced(house.director.pid, trace, *inject):
                    answer = act()
                fired = fired or "(INJECTED)" in trace.read_text()
                still = house.senders[1].infer()
                assert still.status_code == 200
                if not answer.ok:
                    refused += 1
                    assert CLEAN.get(answer.json()["code"]) == answer.status_code, answer.text
                    assert int(answer.headers["Retry-After"]) > 0
                    assert still.json()["model"]["version"] == before
                elif "(INJECTED)" in trace.read_text():
                    cut_short += 1  # what may fail after the commit: the view, a log
                prepare(house, name)
                again = act()
                assert again.ok, (call, number, error, again.text)
            if not fired:
                break
        else:
            pytest.fail(f"{name} makes more than 200 calls of {call}")
    assert refused >= 3
    house.director.stop()
    house.start()
    house.assert_whole()
    record(
        f"n-th system call of {name} fails ({', '.join(CALLS)}; {', '.join(ERRORS)})",
        bar="a clean 5xx or 507, the old version serves, works again without a restart",
        reached=f"{refused} clean refusals, {cut_short} acts that stood, 0 others",
    )
