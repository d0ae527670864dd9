"""The way to a director, a step at a time, over real sockets and real TLS."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.ports import free_port
from contract.director_address import parse_address
from contract.findings import Finding
from envoy.doctor.way import Steps, certificate_findings_of, proxy_finding, shown_certificate, straight_findings
from tests.envoy.raw_server import raw_server, saying
from tests.faulty_ways import certified

NOW = datetime.now(UTC)


def steps(url: str, proxy: str | None = None) -> Steps:
    return Steps(parse_address(url), proxy, 2)


def states(found: Iterator[Finding]) -> list[tuple[str, str]]:
    return [(each.about, each.state) for each in found]


def test_a_name_that_nobody_knows_ends_the_way() -> None:
    (said,) = straight_findings(steps("https://director.invalid"))
    assert (said.about, said.state, "is not found (DNS)" in said.sentence) == ("name", "bad", True)


def test_where_nobody_listens_the_connection_is_bad_and_the_name_is_not() -> None:
    name, connection = straight_findings(steps(f"http://127.0.0.1:{free_port()}"))
    assert (name.state, connection.state, "connection refused" in connection.sentence) == ("ok", "bad", True)


def test_what_swallows_a_connection_is_no_server_that_took_it() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        held = [socket.socket() for _ in range(4)]  # a queue that is full takes no more
        for each in held:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        found = list(straight_findings(Steps(parse_address(f"http://127.0.0.1:{full.getsockname()[1]}"), None, 0.3)))
        for each in held:
            each.close()
    assert (found[-1].state, "no connection within 0.3 s" in found[-1].sentence) == ("bad", True)


def test_where_somebody_listens_both_are_well_and_nothing_was_said_there() -> None:
    with raw_server(saying(b"")) as server:
        assert states(straight_findings(steps(server.url))) == [("name", "ok"), ("connection", "ok")]
    assert b"".join(server.heads) == b""


@pytest.mark.parametrize(
    ("names", "dates", "state", "says"),
    [
        (("127.0.0.1",), {"not_after": NOW + timedelta(days=60)}, "ok", "made out to 127.0.0.1, signed by"),
        (("127.0.0.1",), {"not_after": NOW + timedelta(days=6)}, "warn", "ends in"),
        (
            ("127.0.0.1",),
            {"not_before": NOW - timedelta(days=9), "not_after": NOW - timedelta(days=1)},
            "bad",
            "expired",
        ),
        (("director.example",), {"not_after": NOW + timedelta(days=60)}, "bad", "not to 127.0.0.1"),
    ],
)
def test_a_certificate_is_looked_at_though_nobody_trusts_it(names, dates, state, says) -> None:
    with certified(*names, is_known=False, **dates) as way:
        der = shown_certificate(steps(way.url))
    assert der is not None
    (said,) = certificate_findings_of(der, steps(way.url), NOW)
    assert (said.state, says in said.sentence) == (state, True), said


@contextmanager
def tunnelling(heads: list[bytes]) -> Iterator[str]:
    """A proxy that lets everybody through with CONNECT, and keeps what it was asked."""
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)

    def serve() -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                heads.append(near.recv(65536))
                host, _, port = heads[-1].split()[1].decode().rpartition(":")
                far = socket.create_connection((host, int(port)))
                near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                threading.Thread(target=pump, args=(near, far), daemon=True).start()
                threading.Thread(target=pump, args=(far, near), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://user:s%40cret@127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


def test_through_a_proxy_the_certificate_is_the_one_behind_it() -> None:
    heads: list[bytes] = []
    with certified("127.0.0.1") as way, tunnelling(heads) as proxy:
        assert shown_certificate(steps(way.url, proxy)) == shown_certificate(steps(way.url))
    assert heads[0].startswith(b"CONNECT 127.0.0.1:")
    assert b"Proxy-Authorization: Basic dXNlcjpzQGNyZXQ=" in heads[0]


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "https://127.0.0.1:3128"])
def test_where_no_certificate_can_be_got_at_there_is_none(proxy: str) -> None:
    assert shown_certificate(steps("https://127.0.0.1:1", proxy)) is None
    assert shown_certificate(steps("http://127.0.0.1:1")) is None
    assert shown_certificate(steps(f"https://127.0.0.1:{free_port()}")) is None
    with raw_server(saying(b"HTTP/1.1 407 No\r\n\r\n")) as server:
        assert shown_certificate(steps("https://127.0.0.1:1", server.url)) is None


def test_the_proxy_is_named_without_its_password_and_so_is_who_named_it() -> None:
    said = proxy_finding(
        steps("https://d.example", "http://user:secret@proxy.example:3128"), "as HTTPS_PROXY says", None
    )
    assert said.sentence == "the director is asked through the proxy http://proxy.example:3128, as HTTPS_PROXY says."
    none = proxy_finding(steps("https://d.example"), "for no setting names a proxy", Path("/home/x/.netrc"))
    assert none.sentence == (
        "the director is asked through no proxy, for no setting names a proxy. /home/x/.netrc is not read."
    )
