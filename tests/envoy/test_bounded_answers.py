"""What a director sends takes neither this machine's memory nor its time."""

import gzip
import socket
import ssl
import threading
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import requests
import trustme
from urllib3.exceptions import HTTPError

from envoy.bandwidth import Bandwidth
from envoy.bounded_answers import AnswerRefused, BoundedAdapter, DirectSession, read_body, refusal_in
from envoy.patience import patience
from tests.envoy.raw_server import raw_server, saying

MAX_BYTES = 100_000
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
BOMB = gzip.compress(bytes(50_000_000))


def ask(url: str, grace_seconds: float = 30, attempts: int = 0) -> bytes:
    adapter = BoundedAdapter(max_retries=patience(attempts))
    adapter.bounds.max_bytes, adapter.bounds.grace_seconds = MAX_BYTES, grace_seconds
    session = DirectSession()
    session.mount("http://", adapter)
    return read_body(session.get(url, stream=True, timeout=5, allow_redirects=False), MAX_BYTES)


def refused(answer: Callable[..., None], grace_seconds: float = 30, attempts: int = 0) -> str:
    with raw_server(answer) as server, pytest.raises((AnswerRefused, HTTPError, requests.RequestException)) as failed:
        ask(server.url, grace_seconds, attempts)
    assert len(server.heads) == 1, "what is out of bounds is not asked for again"
    found = refusal_in(failed.value)
    assert found is not None, failed.value
    return str(found)


@pytest.mark.parametrize(
    "answer",
    [
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
        saying(b"HTTP/1.1 200 OK\r\n\r\nhello"),
        saying(CHUNKED, b"2\r\nhe\r\n", b"3\r\nllo\r\n", b"0\r\n\r\n"),
    ],
    ids=["counted", "until the end", "chunked"],
)
def test_an_answer_within_its_bounds_is_read_whole(answer: Callable[..., None]) -> None:
    with raw_server(answer) as server:
        assert ask(server.url) == b"hello"
    assert b"Accept-Encoding: identity" in server.heads[0]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (saying(b"HTTP/1.1 200 OK\r\nContent-Length: 3221225472\r\n\r\n", bytes(65536), for_ever=True), "more than"),
        (saying(b"HTTP/1.1 200 OK\r\n\r\n", bytes(65536), for_ever=True), "more than 100,000 bytes"),
        (saying(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + BOMB), "compressed"),
        (saying(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Encoding: gzip\r\n\r\n" + BOMB), "compressed"),
        (saying(CHUNKED, b"1;" + b"x" * 60_000 + b"\r\n \r\n", for_ever=True), "larger than such an answer"),
        (saying(CHUNKED, b"0\r\n", b"a: b\r\n", for_ever=True), "larger than such an answer"),
        (saying(b"HTTP/1.1 100 Continue\r\n\r\n", for_ever=True), "larger than such an answer"),
    ],
    ids=["3 GiB", "no end", "gzip bomb", "gzip bomb in a redirect", "frames", "trailers", "continue"],
)
def test_an_answer_beyond_its_bounds_takes_little_memory(answer: Callable[..., None], why: str) -> None:
    tracemalloc.start()
    try:
        assert why in refused(answer)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "answer",
    [
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b"x", every_seconds=0.05, for_ever=True),
        saying(b"HTTP/1.1 200 OK\r\nX: ", b"x", every_seconds=0.05, for_ever=True),
        saying(CHUNKED + b"1", b"1", every_seconds=0.05, for_ever=True),
    ],
    ids=["body", "head", "frame"],
)
def test_a_byte_now_and_then_is_not_waited_for(answer: Callable[..., None]) -> None:
    began = time.monotonic()
    assert "slower than 1000 bytes a second" in refused(answer, grace_seconds=0.3, attempts=3)
    assert time.monotonic() - began < 3


def test_a_body_that_says_too_much_beside_a_status_that_is_tried_again_is_not_kept() -> None:
    answer = saying(b"HTTP/1.1 503 Busy\r\n\r\n", bytes(65536), for_ever=True)
    tracemalloc.start()
    try:
        with raw_server(answer) as server, pytest.raises((AnswerRefused, HTTPError, requests.RequestException)):
            ask(server.url, attempts=1)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_what_is_no_refusal_is_none() -> None:
    assert refusal_in(ValueError("another", OSError())) is None
    assert refusal_in(requests.ConnectionError(HTTPError("broken", AnswerRefused("it is odd")))) is not None


@pytest.mark.parametrize("through_a_proxy", [False, True])
def test_the_bounds_hold_under_encryption_and_behind_a_proxy(tmp_path: Path, through_a_proxy: bool) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    bodies = {5: b"hello", 5000: b""}
    listener = socket.create_server(("127.0.0.1", 0))
    place, ended = f"127.0.0.1:{listener.getsockname()[1]}", threading.Event()

    def serve() -> None:
        for length, body in bodies.items():
            connection = listener.accept()[0]
            if through_a_proxy:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with suppress(OSError), context.wrap_socket(connection, server_side=True) as encrypted:
                encrypted.recv(65536)
                encrypted.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % length + body)
                while not body and not ended.wait(0.05):  # the second comes without an end
                    encrypted.sendall(b"x")

    threading.Thread(target=serve, daemon=True).start()
    adapter = BoundedAdapter(max_retries=patience(0))
    adapter.bounds.max_bytes = MAX_BYTES
    session = DirectSession()
    session.mount("https://", adapter)
    session.proxies = {"https": f"http://{place}"} if through_a_proxy else {}

    def get() -> bytes:
        return read_body(
            session.get(f"https://{place}/", stream=True, timeout=5, verify=str(tmp_path / "ca.pem")), 5000
        )

    assert get() == b"hello"
    adapter.bounds.grace_seconds = 0.1
    with pytest.raises((AnswerRefused, HTTPError, requests.RequestException)) as failed:
        get()
    assert "slower" in str(refusal_in(failed.value))
    ended.set()
    listener.close()


def test_what_is_sent_and_what_comes_back_keep_to_the_bandwidth_piece_by_piece() -> None:
    waited: list[float] = []
    bandwidth = Bandwidth(40_000, lambda: 0.0, waited.append)
    length = 50_000
    received: list[int] = []

    def answer(connection: socket.socket, ended: threading.Event) -> None:
        count = len(server.heads[0])
        while count < length:
            count += len(connection.recv(65536))
        received.append(count)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + bytes(20_000))

    adapter = BoundedAdapter(max_retries=patience(0))
    adapter.bounds.max_bytes, adapter.bounds.bandwidth = MAX_BYTES, bandwidth
    session = DirectSession()
    session.mount("http://", adapter)
    with raw_server(answer) as server:
        response = session.post(server.url, data=bytes(length), stream=True, timeout=5)
        assert len(read_body(response, MAX_BYTES)) == 20_000
    assert received[0] >= length
    assert waited[-1] == pytest.approx((length + 20_000) / 40_000, rel=0.05), "both ways count together"
    assert len(waited) > 70_000 / bandwidth.piece_bytes - 1, "no piece is longer than a fraction of a second"
