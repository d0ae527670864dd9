"""Servers on loopback at which no answer is to be had, each for another reason, and what is to be said of it."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

import trustme

from benchmarks.ports import free_port
from tests.envoy.raw_server import raw_server, saying


@dataclass(frozen=True)
class FaultyWay:
    """Where nobody answers: its address, a file of whom to trust, a proxy to go through."""

    url: str
    ca_file: Path | None = None
    proxy: str | None = None


class _Greeting(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def tls_server(issued: trustme.LeafCert, authority: trustme.CA) -> Iterator[FaultyWay]:
    """Serve with a certificate while the block runs; its authority's file is to be trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)

    class Server(ThreadingHTTPServer):
        def get_request(self) -> tuple[ssl.SSLSocket, object]:
            connection, address = self.socket.accept()
            return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing: whoever does not trust it hangs up."""

    server = Server(("127.0.0.1", 0), _Greeting)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    with TemporaryDirectory() as folder:
        ca_file = Path(folder) / "authority.pem"
        authority.cert_pem.write_to_path(str(ca_file))
        try:
            yield FaultyWay(f"https://127.0.0.1:{server.server_port}", ca_file)
        finally:
            server.shutdown()
            server.server_close()


@contextmanager
def certified(
    *names: str, is_known: bool = True, not_before: datetime | None = None, not_after: datetime | None = None
) -> Iterator[FaultyWay]:
    """Serve with a certificate made out to these names."""
    authority = trustme.CA()
    known = authority if is_known else trustme.CA()
    with tls_server(authority.issue_cert(*names, not_before=not_before, not_after=not_after), known) as way:
        yield way


@contextmanager
def proxied(url: str, *said: bytes) -> Iterator[FaultyWay]:
    """Go through a proxy that says this."""
    with raw_server(saying(*said)) as server:
        yield FaultyWay(url, proxy=server.url.replace("//", "//user:secret@"))


def _silent(connection: socket.socket, ended: threading.Event) -> None:
    ended.wait(20)


@contextmanager
def plain(*said: bytes, scheme: str = "http", silent: bool = False) -> Iterator[FaultyWay]:
    """Serve something that is no HTTP, or no TLS."""
    with raw_server(_silent if silent else saying(*said)) as server:
        yield FaultyWay(server.url.replace("http", scheme))


@contextmanager
def at(url: str, proxy: str | None = None) -> Iterator[FaultyWay]:
    """Serve nothing."""
    yield FaultyWay(url.replace("PORT", str(free_port())), proxy=proxy)


@contextmanager
def unencrypted(way: AbstractContextManager[FaultyWay]) -> Iterator[FaultyWay]:
    """Ask without TLS where TLS is spoken."""
    with way as found:
        yield FaultyWay(found.url.replace("https", "http"))


_NOW = datetime.now(UTC)
_FAR = "https://director.invalid"
FAULTY_WAYS: dict[str, tuple[Callable[[], AbstractContextManager[FaultyWay]], str]] = {
    "no such name": (lambda: at(_FAR), r"does not answer: the name director\.invalid is not found \(DNS\)"),
    "nobody there": (lambda: at("http://127.0.0.1:PORT"), r"does not answer: nothing listens there \(connection refus"),
    "silent": (
        lambda: plain(silent=True),
        r"does not answer: it took the question and said nothing for 0\.5 s \(timed o",
    ),
    "hangs up": (
        lambda: plain(b""),
        r"does not answer: it hung up without a word: does it speak TLS there, https:// in",
    ),
    "no HTTP": (lambda: plain(b"SSH-2.0-OpenSSH\r\n"), "does not answer: the connection broke off in the middle"),
    "no TLS": (
        lambda: plain(b"HTTP/1.1 400 Bad Request\r\n\r\n", scheme="https"),
        r"speaks no TLS there: http:// or another port\?",
    ),
    "hangs up on TLS": (
        lambda: plain(b"", scheme="https"),
        "does not answer: the connection broke off in the greeting",
    ),
    "TLS in silence": (
        lambda: unencrypted(certified("127.0.0.1")),
        "it hung up without a word: does it speak TLS there",
    ),
    "TLS there": (lambda: plain(b"\x15\x03\x03\x00\x02\x02\x46"), r"speaks TLS there: https:// in place of http://\?"),
    "expired": (
        lambda: certified("127.0.0.1", not_before=_NOW - timedelta(days=9), not_after=_NOW - timedelta(days=1)),
        "shows a certificate that is not trusted: it has expired",
    ),
    "not valid yet": (
        lambda: certified("127.0.0.1", not_before=_NOW + timedelta(days=1), not_after=_NOW + timedelta(days=9)),
        "shows a certificate that is not trusted: it is not valid yet",
    ),
    "another name": (
        lambda: certified("director.example"),
        r"shows a certificate that is not trusted: it is made out to another name than 127\.0\.0\.1",
    ),
    "unknown authority": (
        lambda: certified("127.0.0.1", is_known=False),
        "shows a certificate that is not trusted: the authority that signed it is not known here",
    ),
    "proxy not found": (
        lambda: at(_FAR, "http://user:secret@proxy.invalid:3128"),
        r"The proxy http://proxy\.invalid:3128 on the way to https://director\.invalid is not found",
    ),
    "proxy refuses": (
        lambda: at(_FAR, f"http://user:secret@127.0.0.1:{free_port()}"),
        r"The proxy http://127\.0\.0\.1:[0-9]+ on the way to \S+ does not answer: nothing listens there",
    ),
    "proxy wants a password": (
        lambda: proxied(_FAR, b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"),
        r"The proxy http://127\.0\.0\.1:[0-9]+ on the way to \S+ wants a name and a password \(407\)",
    ),
    "proxy forbids": (
        lambda: proxied(_FAR, b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"),
        "The proxy .* forbids it",
    ),
    "proxy reaches nobody": (
        lambda: proxied(_FAR, b"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n"),
        "The proxy .* does not reach it",
    ),
    "proxy hangs up": (
        lambda: proxied(_FAR, b""),
        r"hung up without a word; it was asked through the proxy http://127",
    ),
}
"""Why no answer comes → where, and what is said; a time-out is of half a second."""
