"""Answers within bounds: what a director sends takes neither this machine's memory nor its time.

The bounds hold on the socket itself, so for everything behind it too: the head, the frames of a chunked body, a body
that nobody wanted to read. Nothing is inflated: an answer that is encoded is refused. Knows no director.
"""

import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from envoy.bandwidth import Bandwidth

GRACE_SECONDS = 30.0
"""How long an answer may take from its first byte on, beside its size at ``SLOWEST_BYTES_A_SECOND``."""
SLOWEST_BYTES_A_SECOND = 1000
_HEAD_BYTES = 128 * 1024
_PIECE_BYTES = 64 * 1024


class AnswerRefused(OSError):
    """An answer is not taken; the text says in half a sentence why (*it* ...)."""


@dataclass
class Bounds:
    """What the next answer may cost.

    Args:
        max_bytes: Its body; head and frames are allowed beside it.
        grace_seconds: As ``GRACE_SECONDS``.
        bandwidth: How fast it, and the request before it, may travel; None: as fast as the line is.
    """

    max_bytes: int = 0
    grace_seconds: float = GRACE_SECONDS
    bandwidth: Bandwidth | None = None


class _BoundedSocket(io.RawIOBase):
    """Reads a socket as long as the bounds allow; a sign of life each half second is not enough."""

    def __init__(self, sock: Any, bounds: Bounds, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._socket, self._clock = sock, clock
        self._file = sock.makefile("rb", buffering=0)
        self._idle_seconds: float | None = sock.gettimeout()
        self._max_bytes = bounds.max_bytes + bounds.max_bytes // 8 + _HEAD_BYTES
        self._grace_seconds = bounds.grace_seconds
        self._bandwidth = bounds.bandwidth
        self._received = 0
        self._began: float | None = None  # waiting for the first byte is what the time-out is for

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._received >= self._max_bytes:
            raise AnswerRefused("it is larger than such an answer can be")
        left = self._seconds_left()
        self._socket.settimeout(min((each for each in (self._idle_seconds, left) if each is not None), default=None))
        room = buffer if self._bandwidth is None else memoryview(buffer)[: self._bandwidth.piece_bytes]
        try:
            count: int | None = self._file.readinto(room)
        except TimeoutError:
            self._seconds_left()  # says so if it was the deadline
            raise
        finally:
            self._socket.settimeout(self._idle_seconds)
        if self._began is None:
            self._began = self._clock()
        self._received += count or 0
        if self._bandwidth is not None:
            self._bandwidth.spend(count or 0)
        return count

    def close(self) -> None:
        self._file.close()
        super().close()

    def _seconds_left(self) -> float | None:
        if self._began is None:
            return None
        allowed = self._grace_seconds + self._received / SLOWEST_BYTES_A_SECOND
        left = self._began + allowed - self._clock()
        if left <= 0:
            raise AnswerRefused(f"it comes slower than {SLOWEST_BYTES_A_SECOND} bytes a second")
        return left


class BoundedAdapter(HTTPAdapter):
    """Sends requests; ``bounds`` says what the answer to the next one may cost. For one thread."""

    def __init__(self, **options: Any) -> None:
        self.bounds = Bounds()
        super().__init__(**options)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make the connections that have bounds."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = _pools(self.bounds)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Make the same through a proxy."""
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = _pools(self.bounds)
        return manager


class DirectSession(requests.Session):
    """Goes nowhere but where it is sent, and takes nothing from the surroundings: no netrc, no proxy unless told."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["Accept-Encoding"] = "identity"

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Name none: with one, requests would read and inflate the body, even where it shall not follow."""


def read_body(response: requests.Response, max_bytes: int) -> bytes:
    """Read a streamed answer to its end; raises as ``body_pieces``."""
    return b"".join(body_pieces(response, max_bytes))


def body_pieces(response: requests.Response, max_bytes: int, piece_bytes: int = _PIECE_BYTES) -> Iterator[bytes]:
    """Read a streamed answer to its end, so many bytes at a time: of a piece that breaks nothing is given.

    Raises:
        AnswerRefused: It is encoded, or longer.
        urllib3.exceptions.HTTPError: The link broke.
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise AnswerRefused("it is compressed, which nobody asked for")
    size = 0
    while piece := response.raw.read(piece_bytes, decode_content=False):
        size += len(piece)
        if size > max_bytes:
            raise AnswerRefused(f"it has more than {max_bytes:,} bytes")
        yield piece


def refusal_in(error: BaseException) -> AnswerRefused | None:
    """Find the refusal that the layers between wrapped into errors of their own."""
    looked_at: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        each = waiting.pop()
        if isinstance(each, AnswerRefused):
            return each
        if isinstance(each, BaseException) and id(each) not in looked_at:
            looked_at.add(id(each))
            waiting += [*each.args, each.__cause__, each.__context__]
    return None


def _pools(bounds: Bounds) -> dict[str, type[HTTPConnectionPool]]:
    class Answer(HTTPResponse):
        def __init__(self, sock: Any, *arguments: Any, **options: Any) -> None:
            super().__init__(sock, *arguments, **options)
            self.fp.close()
            self.fp = io.BufferedReader(_BoundedSocket(sock, bounds))

    class Plain(HTTPConnection):
        response_class = Answer

        def send(self, data: Any) -> None:
            _send_piecewise(super().send, data, bounds.bandwidth)

    class Encrypted(HTTPSConnection):
        response_class = Answer

        def send(self, data: Any) -> None:
            _send_piecewise(super().send, data, bounds.bandwidth)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = Encrypted

    return {"http": PlainPool, "https": EncryptedPool}


def _send_piecewise(send: Callable[[Any], None], data: Any, bandwidth: Bandwidth | None) -> None:
    """Send bytes as fast as is allowed; what is no bytes is read by those below, piece by piece."""
    if bandwidth is None or not isinstance(data, bytes | bytearray | memoryview):
        send(data)
        return
    view = memoryview(data)
    for first in range(0, len(view), bandwidth.piece_bytes):
        piece = view[first : first + bandwidth.piece_bytes]
        send(piece)
        bandwidth.spend(len(piece))
