"""What the dashboard asks of a large federation, and what many open dashboards cost the director."""

import json
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks import screens
from benchmarks.crowded import crowd
from benchmarks.federation import SERVE, Federation
from benchmarks.http_client import HOST, Request, ask
from benchmarks.load_generator import load
from benchmarks.program import Program, run, serving
from benchmarks.report import Figure, Row, middle
from director.assembly import Director
from director.settings import DirectorSettings

_SIZE = {"hospitals": 200, "uploads": 25, "versions": 500, "rounds": 100}
_MOST_MS = 300
_MOST_MEBIBYTES = 60
_LEAST_SHARE = 0.9
_OPEN = 50
_ANSWERS = {
    "overview": "/overview",
    "hospitals": "/envoys?limit=200",
    "one hospital, received": "/envoys/H001/received",
    "one hospital, course": "/envoys/H001/course",
    "submissions": "/submissions",
    "runs": "/runs",
    "a run": "/runs/1",
    "its rounds": "/runs/1/rounds?limit=10",
    "a ladder": "/rounds/{rounds}/ladder",
    "lineage": "/lineage",
    "a version": "/global_models/{versions}",
    "audit": "/audit",
    "tokens": "/tokens",
    "system": "/system",
    "permissions": "/permissions",
}
_HOW = (
    "A director over HTTP on loopback, one worker, with {hospitals} hospitals, {all_uploads:,} submissions, "
    "{versions} versions and a run of {rounds} rounds. Each answer is asked {times} times by an admin; the first "
    "stands beside the middle of the others, for a director that has just started; the floor is `GET /tasks` in the "
    "same run. Screens are opened {visits} times each in a real Chromium by an admin who has signed in: the largest "
    "paint, and when all that the screen asked for was there; the floor is the load of a page of two lines. Then "
    "{open} sessions, each with its stream of events open, against none: `POST /infer` in turns, and resident memory."
)


def measure(federation: Federation, folder: Path, *, is_quick: bool) -> Figure:
    """Ask a large federation everything, then let many look at a small one."""
    size = {"hospitals": 5, "uploads": 2, "versions": 5, "rounds": 3} if is_quick else _SIZE
    times, visits, most_open = (3, 1, 5) if is_quick else (11, 5, _OPEN)
    all_uploads = size["hospitals"] * size["uploads"]
    how = _HOW.format(**size, all_uploads=all_uploads, times=times, visits=visits, open=most_open)
    rows = [
        *_of_a_crowd(folder, size, times, visits, is_quick=is_quick),
        *_onlookers(federation, most_open, is_quick=is_quick),
    ]
    return Figure("Dashboard", how, tuple(rows))


def _of_a_crowd(folder: Path, size: Mapping[str, int], times: int, visits: int, *, is_quick: bool) -> Iterator[Row]:
    director = Director(DirectorSettings(data_dir=folder))
    director.initialise()
    crowd(director, datetime.now(UTC), **size)
    director.database.close()
    admin = _admin(folder)
    with serving("director", SERVE, folder) as program:
        yield from _reads(program, admin, size, times)
        cookie = _signed_in(program.port, admin)
        yield from screens.rows(program.port, cookie, versions=size["versions"], times=visits, is_quick=is_quick)


def _reads(program: Program, admin: str, size: Mapping[str, int], times: int) -> Iterator[Row]:
    floor = [_milliseconds(program, "/tasks", admin) for _ in range(times)][1:]
    for name, path in _ANSWERS.items():
        first, *others = (_milliseconds(program, path.format(**size), admin) for _ in range(times))
        yield Row(
            name,
            f"{middle(others, '.0f')} ms, first {first:.0f} ms",
            f"{middle(floor, '.1f')} ms",
            f"{median(floor) / median(others):.2f}",
            f"≤ {_MOST_MS} ms",
            max(first, median(others)) <= _MOST_MS,
        )


def _onlookers(federation: Federation, number: int, *, is_quick: bool) -> Iterator[Row]:
    turns, seconds = (2, 0.2) if is_quick else (7, 2.0)
    admin, question = _admin(federation.folder), federation.infer_request()
    with serving("director", SERVE, federation.folder) as director:
        load(director.port, question, seconds=seconds)  # warm up
        before = director.resident_mebibytes()
        cookies = [_signed_in(director.port, admin) for _ in range(number)]
        alone, watched, memory = [], [], 0.0
        for _ in range(turns):
            alone.append(load(director.port, question, seconds=seconds).rate)
            with _watching(director, cookies):
                watched.append(load(director.port, question, seconds=seconds).rate)
                memory = max(memory, director.resident_mebibytes() - before)
    shares = [ours / theirs for ours, theirs in zip(watched, alone, strict=True)]
    yield Row(
        f"/infer with {number} open dashboards",
        f"{middle(watched, ',.0f')} requests/s",
        f"{middle(alone, ',.0f')} requests/s",
        middle(shares, ".2f"),
        f"≥ {_LEAST_SHARE}",
        median(shares) >= _LEAST_SHARE,
    )
    yield Row(
        f"memory of {number} open dashboards",
        f"+ {memory:.0f} MiB",
        f"{before:.0f} MiB",
        "",
        f"≤ + {_MOST_MEBIBYTES} MiB",
        memory <= _MOST_MEBIBYTES,
    )


@contextmanager
def _watching(director: Program, cookies: Sequence[str]) -> Iterator[None]:
    """Look at the overview in each session, and keep its stream of events open."""
    with ExitStack() as stack:
        for cookie in cookies:
            assert _with_cookie(stack, director.port, "/overview", cookie).startswith(b"HTTP/1.1 200")
            assert _with_cookie(stack, director.port, "/events", cookie).startswith(b"HTTP/1.1 200")
        yield


def _signed_in(port: int, token: str) -> str:
    body = json.dumps({"token": token}).encode()
    head = (
        f"POST /session HTTP/1.1\r\nHost: {HOST}:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with closing(socket.create_connection((HOST, port), timeout=30)) as connection:
        connection.sendall(head.encode() + body)
        answer = b"".join(iter(lambda: connection.recv(65_536), b"")).decode()
    lines: Sequence[str] = answer.splitlines()
    return next(line.partition(": ")[2].partition(";")[0] for line in lines if line.lower().startswith("set-cookie:"))


def _with_cookie(stack: ExitStack, port: int, path: str, cookie: str) -> bytes:
    """Ask on a connection that stays open; gives the beginning of the answer."""
    connection = stack.enter_context(closing(socket.create_connection((HOST, port), timeout=30)))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
    return connection.recv(65_536)


def _milliseconds(program: Program, path: str, token: str) -> float:
    began = perf_counter()
    answer = ask(program.port, Request("GET", path, token))
    assert answer.status == 200, (path, answer.body[:300])
    return (perf_counter() - began) * 1000


def _admin(folder: Path) -> str:
    issued = run("director", ["token", "issue", "--role", "admin", "--person", "Jane Wanjiru", "--json"], folder)
    return str(json.loads(issued)["token"])
