"""HTTP as cheap as it gets: a request is bytes made beforehand, an answer is what one socket gave until it ended."""

import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

HOST = "127.0.0.1"
_BUFFER_BYTES = 1 << 20
_END_OF_HEAD = b"\r\n\r\n"
_LAST_CHUNK = b"\r\n0\r\n\r\n"


@dataclass(frozen=True)
class Request:
    """One request; ``encoded`` is what goes over the wire."""

    method: str
    path: str
    token: str = ""
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def encoded(self) -> bytes:
        """Head and body as bytes."""
        lines = {"Host": HOST, "Content-Length": str(len(self.body)), **self.headers}
        if self.body:
            lines["Content-Type"] = self.content_type
        if self.token:
            lines["Authorization"] = f"Bearer {self.token}"
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"{self.method} {self.path} HTTP/1.1\r\n{head}\r\n".encode() + self.body


@dataclass(frozen=True)
class Answer:
    """Status, body, and the seconds from the first byte sent to the last byte received."""

    status: int
    body: bytes
    seconds: float

    def json(self) -> dict[str, object]:
        """Give the body of an answer that must not be an error."""
        assert 200 <= self.status < 300, f"{self.status}: {self.body[:500]!r}"
        read = json.loads(self.body)
        assert isinstance(read, dict)
        return read


def ask(port: int, request: Request) -> Answer:
    """Ask once, over a connection of its own that stands before the clock runs."""
    encoded = request.encoded
    with socket.create_connection((HOST, port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        began = time.perf_counter()
        connection.sendall(encoded)
        received, head_end = bytearray(), -1
        while not _is_whole(received, head_end):
            part = connection.recv(_BUFFER_BYTES)
            if not part:
                raise ConnectionError(f"the answer broke off after {len(received)} bytes")
            received += part
            if head_end < 0:
                head_end = received.find(_END_OF_HEAD)
        seconds = time.perf_counter() - began
    body = bytes(received[head_end + len(_END_OF_HEAD) :])
    return Answer(status_of(received), _joined(body) if _is_chunked(received, head_end) else body, seconds)


def status_of(received: bytes | bytearray) -> int:
    """Give the status of an answer's head."""
    return int(received[9:12])


def content_length(head: bytes | bytearray) -> int:
    """Give how long the body will be; -1 where the head does not say."""
    start = head.find(b"content-length: ")
    return int(head[start + 16 : head.find(b"\r\n", start)]) if start >= 0 else -1


def _is_chunked(received: bytearray, head_end: int) -> bool:
    return received.find(b"transfer-encoding: chunked", 0, head_end + 2) >= 0


def _is_whole(received: bytearray, head_end: int) -> bool:
    if head_end < 0:
        return False
    if _is_chunked(received, head_end):
        return received.endswith(_LAST_CHUNK, head_end + 2)
    return len(received) >= head_end + len(_END_OF_HEAD) + content_length(received[: head_end + 2])


def _joined(body: bytes) -> bytes:
    """Put chunks together."""
    parts: list[bytes] = []
    start = 0
    while True:
        line_end = body.index(b"\r\n", start)
        size = int(body[start:line_end], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(body[line_end + 2 : line_end + 2 + size])
        start = line_end + 2 + size + 2
