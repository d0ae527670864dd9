"""Senders that are slow, greedy or no HTTP clients at all, against a real director on real sockets."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.faults.raw_http import Exchange, send
from tests.faults.scale import record, scaled
from tests.faults.watching import HealthWatch, memory_mib
from tests.federation_simulator import eventually
from tests.real_processes import RealDirector

HEADER_SECONDS, IDLE_SECONDS, WINDOW_SECONDS = scaled((1, 1, 2), (10, 30, 20))
HOST = b"Host: director\r\n"
LIVE = b"GET /health/live HTTP/1.1\r\n" + HOST
JOIN = b"POST /join HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
UPLOAD = b"POST /upload/KUTRRH HTTP/1.1\r\n" + HOST + b"Content-Type: multipart/form-data; boundary=b\r\n"
A_PART = b'--b\r\nContent-Disposition: form-data; name="model"; filename="model.pt"\r\n\r\n'


@pytest.fixture(scope="module")
def director(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealDirector]:
    deadlines = {
        "DIRECTOR_HEADER_SECONDS": str(HEADER_SECONDS),
        "DIRECTOR_IDLE_SECONDS": str(IDLE_SECONDS),
        "DIRECTOR_BODY_WINDOW_SECONDS": str(WINDOW_SECONDS),
    }
    director = RealDirector(tmp_path_factory.mktemp("wire") / "director", deadlines)
    director.start()
    yield director
    director.stop()


@pytest.fixture(scope="module")
def bearer(director: RealDirector) -> bytes:
    """The header with which KUTRRH uploads."""
    code = director.json("envoy", "add", "KUTRRH")["code"]
    token: str = requests.post(f"{director.url}/join", json={"code": code}, timeout=10).json()["token"]
    return b"Authorization: Bearer " + token.encode() + b"\r\n"


def assert_refused(exchange: Exchange, status: int, code: str) -> None:
    """One answer, a problem, and then the connection ends."""
    assert exchange.is_closed
    assert exchange.statuses == [status]
    assert b"connection: close" in exchange.head
    assert b"content-type: application/problem+json" in exchange.head
    problem = json.loads(exchange.body)
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["detail"]
    assert problem["hint"]
    assert len(exchange.body) <= 4096


@pytest.mark.alone
@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(
            JOIN + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", id="length, then chunked"
        ),
        pytest.param(
            JOIN + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", id="chunked, then length"
        ),
        pytest.param(JOIN + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", id="two lengths"),
        pytest.param(JOIN + b"Content-Length: -5\r\n\r\n", id="a negative length"),
        pytest.param(JOIN + b"Content-Length: +5\r\n\r\nabcde", id="a signed length"),
        pytest.param(JOIN + b"Content-Length: 99999999999999999999999\r\n\r\n", id="a length beyond 64 bits"),
        pytest.param(JOIN + b"Transfer-Encoding: identity\r\n\r\nabc", id="identity"),
        pytest.param(JOIN + b"Transfer-Encoding: chunked, gzip\r\n\r\nabc", id="chunked is not last"),
        pytest.param(JOIN + b"Transfer-Encoding: xchunked\r\n\r\nabc", id="an unknown coding"),
        pytest.param(JOIN + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", id="a chunk without a size"),
        pytest.param(LIVE + b"X-A: b\r\n c\r\n\r\n", id="a folded header"),
        pytest.param(LIVE + b"X-A : b\r\n\r\n", id="a space before the colon"),
        pytest.param(LIVE + b"X-A: a\0b\r\n\r\n", id="NUL in a header"),
        pytest.param(b"GET /health/live HTTP/1.1\nHost: x\n\n", id="bare line feeds"),
        pytest.param(b"GET /health/live\r\n\r\n", id="HTTP/0.9"),
        pytest.param(b"GET /health/live HTTP/2.0\r\n\r\n", id="HTTP/2 in text"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="HTTP/2's preface"),
        pytest.param(b"CONNECT example.org:443 HTTP/1.1\r\n" + HOST + b"\r\n", id="CONNECT"),
        pytest.param(b"GET health HTTP/1.1\r\n" + HOST + b"\r\n", id="a path without a slash"),
        pytest.param("GET /é HTTP/1.1\r\n".encode() + HOST + b"\r\n", id="a path outside ASCII"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), id="TLS"),
    ],
)
def test_what_can_be_read_in_two_ways_or_in_none_is_refused(director: RealDirector, request_bytes: bytes):
    assert_refused(send(director.port, request_bytes), 400, "malformed_request")


@pytest.mark.alone
def test_a_body_behind_an_upgrade_is_refused_and_not_taken_for_empty(director: RealDirector):
    upgrade = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    assert_refused(send(director.port, JOIN + upgrade + b"Content-Length: 2\r\n\r\n{}"), 400, "upgrade_refused")


@pytest.mark.alone
@pytest.mark.parametrize(
    ("request_bytes", "then_bytes"),
    [
        pytest.param(LIVE + b"X: y\r\n" * 200 + b"\r\n", 0, id="200 headers"),
        pytest.param(LIVE + b"X: " + b"y" * 40_000 + b"\r\n\r\n", 0, id="a header of 40 kB"),
        pytest.param(b"GET /" + b"y" * 40_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 0, id="a path of 40 kB"),
        pytest.param(b"GET /", 50 * 2**20, id="a path without an end"),
        pytest.param(LIVE + b"X: ", 50 * 2**20, id="a header without an end"),
        pytest.param(
            JOIN + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: ", 50 * 2**20, id="a trailer without an end"
        ),
    ],
)
def test_a_header_over_the_cap_is_refused_and_no_more_is_read(
    director: RealDirector, request_bytes: bytes, then_bytes: int
):
    before = memory_mib(director, "VmHWM")
    exchange = send(director.port, request_bytes, then_bytes=then_bytes)
    assert_refused(exchange, 431, "head_too_large")
    assert exchange.sent_bytes <= 8 * 2**20
    assert memory_mib(director, "VmHWM") - before <= 16


@pytest.mark.alone
@pytest.mark.parametrize(
    ("request_bytes", "statuses"),
    [
        pytest.param((LIVE + b"\r\n") * 30, [200] * 30, id="thirty requests at once"),
        pytest.param(LIVE + b"\r\nGARBAGE\r\n\r\n", [200], id="a request, then garbage"),
        pytest.param((LIVE + b"\r\n") * 3 + b"GARBAGE\r\n\r\n", [200] * 3, id="three requests, then garbage"),
        pytest.param(b"GET /health/live HTTP/1.0\r\n\r\n", [200], id="HTTP/1.0"),
        pytest.param(b"CONNECT / HTTP/1.1\r\n" + HOST + b"\r\n", [405], id="CONNECT to a path"),
        pytest.param(b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", [404], id="OPTIONS *"),
        pytest.param(
            LIVE + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n" + LIVE + b"\r\n",
            [200],
            id="an upgrade we don't do",
        ),
        pytest.param(JOIN + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}", [100, 422], id="100-continue"),
        pytest.param(
            UPLOAD + b"Expect: 100-continue\r\nContent-Length: 9999999\r\n\r\n", [401], id="100-continue, refused"
        ),
        pytest.param(JOIN + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n\r\n", [422], id="a trailer"),
    ],
)
def test_what_is_odd_but_clear_is_answered_in_its_order(
    director: RealDirector, request_bytes: bytes, statuses: list[int]
):
    exchange = send(director.port, request_bytes, patience=IDLE_SECONDS + 10)
    assert exchange.is_closed
    assert exchange.statuses == statuses


@pytest.mark.alone
def test_five_hundred_slow_senders_are_closed_in_time_while_honest_ones_are_served(director: RealDirector):
    """Connections that say nothing, drip a header, or drip a body."""
    number = scaled(90, 500)
    began = time.monotonic()
    beginnings = (b"", b"GET /health/live HTTP/1.1\r\nX-", JOIN + b"Content-Length: 1000\r\n\r\n{")
    open_ones = {}
    for place in range(number):
        connection = socket.create_connection(("127.0.0.1", director.port))
        connection.sendall(beginnings[place % 3])
        connection.setblocking(False)
        open_ones[connection] = place % 3
    lasted: list[float] = []
    with HealthWatch(director) as health:
        while open_ones and time.monotonic() < began + 40:
            time.sleep(0.5)
            for connection, kind in list(open_ones.items()):
                try:
                    if kind:
                        connection.send(b"a")
                    while connection.recv(4096):
                        pass
                except BlockingIOError:
                    continue
                except OSError:
                    pass
                connection.close()
                del open_ones[connection]
                lasted.append(time.monotonic() - began)
    assert not open_ones
    assert not health.failures
    assert max(lasted) <= scaled(8, 30)
    assert health.p95_ms <= 250
    record(
        "slow senders",
        bar="500 connections closed within 30 s, /health/live p95 ≤ 250 ms meanwhile",
        reached=f"{number} closed within {max(lasted):.1f} s, p95 {health.p95_ms:.0f} ms",
    )


@pytest.mark.alone
def test_a_slow_body_is_told_why(director: RealDirector, bearer: bytes):
    exchange = send(director.port, UPLOAD + bearer + b"Content-Length: 100\r\n\r\n-", patience=WINDOW_SECONDS + 10)
    assert_refused(exchange, 408, "too_slow")
    assert WINDOW_SECONDS <= exchange.seconds <= WINDOW_SECONDS + 3


@pytest.mark.alone
def test_a_body_that_stalls_and_goes_on_is_taken(director: RealDirector, bearer: bytes):
    body = json.dumps({"padding": "y" * 8000}).encode()
    asking = b"POST /statistics/KUTRRH HTTP/1.1\r\n" + HOST + bearer + b"Content-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", director.port)) as connection:
        connection.sendall(asking + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body[:10])
        time.sleep(WINDOW_SECONDS * 0.7)
        connection.sendall(body[10:])
        assert connection.recv(4096).startswith(b"HTTP/1.1 422 ")


@pytest.mark.alone
@pytest.mark.parametrize("framing", [b"Content-Length: %d\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n%x\r\n"])
def test_of_a_stranger_no_more_than_a_word_is_read(director: RealDirector, framing: bytes):
    exchange = send(director.port, JOIN + framing % (2**20), then_bytes=2**20)
    assert_refused(exchange, 413, "too_large")


def test_a_stranger_who_drips_faster_than_the_slowest_pace_has_ten_seconds_all_the_same(tmp_path: Path):
    director = RealDirector(tmp_path / "director", {"DIRECTOR_MIN_BODY_BYTES_PER_SECOND": "0"})
    director.start()
    exchange = send(director.port, JOIN + b"Content-Length: 1000\r\n\r\n{", patience=20)
    assert_refused(exchange, 408, "too_slow")
    assert 9.5 <= exchange.seconds <= 15
    director.stop()


@pytest.mark.alone
def test_an_idle_connection_is_closed_and_a_receiver_that_takes_nothing_too(director: RealDirector):
    exchange = send(director.port, LIVE + b"\r\n", patience=IDLE_SECONDS + 10)
    assert exchange.statuses == [200]
    assert exchange.is_closed
    assert exchange.seconds <= IDLE_SECONDS + 2
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", director.port))
        asking = (b"GET /docs HTTP/1.1\r\n" + HOST + b"\r\n") * 100
        connection.sendall(asking)
        time.sleep(IDLE_SECONDS + 4)
        connection.settimeout(5)
        taken = 0
        while block := connection.recv(65536):
            taken += len(block)
        assert 0 < taken < 100 * len(requests.get(f"{director.url}/docs", timeout=10).content)


HALF_A_JOIN = JOIN + b"Content-Length: 1000\r\n\r\n{"


def served(tmp_path: Path, **settings: object) -> RealDirector:
    director = RealDirector(
        tmp_path / "director", {f"DIRECTOR_{name.upper()}": str(value) for name, value in settings.items()}
    )
    director.start()
    return director


def opened(director: RealDirector, number: int, begin: bytes = b"") -> list[socket.socket]:
    """Open connections that begin something, and stay."""
    found = []
    for _ in range(number):
        found.append(socket.create_connection(("127.0.0.1", director.port)))
        found[-1].sendall(begin)
    time.sleep(0.1)
    return found


def close(connections: list[socket.socket]) -> None:
    """Let go, so that a director that is told to stop waits for none of them."""
    for connection in connections:
        connection.close()


def gone(connections: list[socket.socket], number: int) -> None:
    """Wait until so many have been closed at least: where the machine is full that takes a moment."""
    eventually(lambda: still_open(connections).count(False) >= number, 20)


def still_open(connections: list[socket.socket]) -> list[bool]:
    """Tell of each whether it was left alone."""
    found = []
    for connection in connections:
        connection.setblocking(False)
        try:
            said = connection.recv(4096)
        except BlockingIOError:
            found.append(True)
        except ConnectionResetError:
            found.append(False)
        else:
            assert not said or (said.startswith(b"HTTP/1.1 503 ") and b"retry-after: 5" in said.lower())
            found.append(False)
    return found


def test_idle_connections_give_way_and_those_of_members_at_work_make_the_next_wait(tmp_path: Path):
    director = served(tmp_path, max_connections=20)
    idle = [requests.Session() for _ in range(40)]
    for session in idle:  # twice as many as there is room for; each asks once and stays
        assert session.get(f"{director.url}/tasks", headers=director.admin, timeout=10).status_code == 200
    at_work = (
        b"PUT /validation/diagnosis_count HTTP/1.1\r\n" + HOST + b"Content-Length: 60000\r\nExpect: 100-continue\r\n"
    )
    at_work += b"Authorization: " + director.admin["Authorization"].encode() + b"\r\n\r\n"
    busy = []
    for _ in range(20):
        busy += opened(director, 1, at_work)
        assert busy[-1].recv(4096).startswith(b"HTTP/1.1 100 ")  # it is known by now
    refused = requests.get(f"{director.url}/health/live", timeout=10)
    assert (refused.status_code, refused.json()["code"], refused.headers["Retry-After"]) == (503, "busy", "5")
    assert all(still_open(busy))
    for connection in busy:
        connection.close()
    time.sleep(0.2)
    assert requests.get(f"{director.url}/health/live", timeout=10).status_code == 200
    director.stop()


@pytest.mark.parametrize("begin", [b"", b"GET / HTTP/1.1\r\n", HALF_A_JOIN], ids=["nothing", "a header", "a body"])
def test_strangers_that_hold_every_connection_give_way_to_whoever_comes(tmp_path: Path, begin: bytes):
    director = served(tmp_path, max_connections=20)
    member = requests.Session()
    member.headers.update(director.admin)
    assert member.get(f"{director.url}/tasks", timeout=10).status_code == 200
    for _ in range(3):
        strangers = opened(director, 50, begin)
        gone(strangers, 31)
        assert requests.get(f"{director.url}/tasks", headers=director.admin, timeout=10).status_code == 200
        assert member.get(f"{director.url}/tasks", timeout=10).status_code == 200
        close(strangers)
    director.stop()


def test_of_one_address_only_so_many_stay_that_show_no_token_and_the_oldest_goes(tmp_path: Path):
    director = served(tmp_path, max_unauthenticated_per_address=5)
    members = [requests.Session() for _ in range(10)]
    for each in members:
        assert each.get(f"{director.url}/tasks", headers=director.admin, timeout=10).status_code == 200
    strangers = opened(director, 12, HALF_A_JOIN)
    gone(strangers, 7)
    assert still_open(strangers) == [False] * 7 + [True] * 5
    for each in members:  # on the connections that they have
        assert each.get(f"{director.url}/tasks", headers=director.admin, timeout=10).status_code == 200
    close(strangers)
    director.stop()


def test_behind_a_proxy_it_is_the_address_that_the_proxy_names(tmp_path: Path):
    director = served(tmp_path, max_unauthenticated_per_address=5, trusted_proxies='["127.0.0.1"]')
    of = {each: HALF_A_JOIN.replace(b"\r\n", b"\r\nX-Forwarded-For: 10.0.0.%d\r\n" % each, 1) for each in (1, 2)}
    silent = opened(director, 10)
    quiet, loud = opened(director, 5, of[1]), opened(director, 12, of[2])
    gone(loud, 7)
    assert still_open(loud) == [False] * 7 + [True] * 5
    assert all(still_open(quiet))
    assert all(still_open(silent))
    close([*silent, *quiet, *loud])
    director.stop()


@pytest.mark.alone
@pytest.mark.parametrize(
    "framing", [b"Content-Length: 314572800\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n12c00000\r\n"]
)
def test_of_300_mib_without_a_token_8_are_read_at_most_and_none_kept(director: RealDirector, framing: bytes):
    before = memory_mib(director, "VmHWM")
    exchange = send(director.port, UPLOAD + framing, then_bytes=300 * 2**20)
    assert_refused(exchange, 401, "unauthenticated")
    growth = memory_mib(director, "VmHWM") - before
    assert exchange.sent_bytes <= 8 * 2**20  # what left the sender: more than what was read
    assert growth <= 16
    assert not list((director.folder / "blobs" / "incoming").iterdir())
    left_mib = exchange.sent_bytes / 2**20
    record(
        f"300 MiB without a token, {framing.split(b':')[0].decode()}",
        bar="≤ 8 MiB read from the socket, nothing on disk",
        reached=f"{left_mib:.1f} MiB left the sender, memory grew by {growth:.1f} MiB, nothing on disk",
    )


@pytest.mark.alone
@pytest.mark.parametrize("is_declared", [True, False], ids=["declared", "without an end"])
def test_an_upload_of_2_gb_is_refused_at_the_cap(director: RealDirector, bearer: bytes, is_declared: bool):
    before = memory_mib(director, "VmHWM")
    declared = b"Content-Length: 2147483648\r\n\r\n" + A_PART
    chunked = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(A_PART) + A_PART + b"\r\n80000000\r\n"
    exchange = send(director.port, UPLOAD + bearer + (declared if is_declared else chunked), then_bytes=2**31)
    assert_refused(exchange, 413, "too_large")
    growth = memory_mib(director, "VmHWM") - before
    assert growth <= 64
    assert exchange.sent_bytes <= (8 if is_declared else 64 + 8) * 2**20
    assert not list((director.folder / "blobs" / "incoming").iterdir())
    record(
        f"2 GB upload, {'declared' if is_declared else 'without an end'}",
        bar="413 at the cap with ≤ 64 MB growth",
        reached=f"413 after {exchange.sent_bytes / 2**20:.1f} MiB left the sender, memory grew by {growth:.1f} MiB",
    )


@pytest.mark.alone
@pytest.mark.parametrize("size", [100_000, 1_000_000, 20_000_000])
def test_a_common_client_can_read_why_its_body_was_refused(director: RealDirector, size: int):
    for path, method in (("/upload/KUTRRH", "POST"), ("/health/live", "GET")):
        refused = requests.request(method, director.url + path, data=b"x" * size, timeout=20)
        assert refused.status_code in (401, 413, 200)
        assert refused.headers["connection"] == "close"
