"""HTTP spoken by hand over plain sockets: what no well-bred client would send, and how it is taken."""

import re
import socket
import time
from dataclasses import dataclass

BLOCK = b"x" * 65536


@dataclass(frozen=True)
class Exchange:
    """What came of one connection."""

    answer: bytes
    is_closed: bool
    seconds: float
    sent_bytes: int

    @property
    def statuses(self) -> list[int]:
        """Of each answer on the connection."""
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", self.answer)]

    @property
    def head(self) -> bytes:
        return self.answer.partition(b"\r\n\r\n")[0].lower()

    @property
    def body(self) -> bytes:
        return self.answer.partition(b"\r\n\r\n")[2]


def send(port: int, request: bytes, *, then_bytes: int = 0, patience: float = 20) -> Exchange:
    """Send ``request`` and after it ``then_bytes`` more as fast as they are taken; read until the other side closes."""
    sent, answer, is_closed = 0, b"", True
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.settimeout(patience)
        began = time.monotonic()
        try:
            connection.sendall(request)
            while sent < then_bytes:
                sent += connection.send(BLOCK[: then_bytes - sent])
        except BrokenPipeError:
            pass  # the director has said goodbye, and its answer can still be read
        try:
            while block := connection.recv(65536):
                answer += block
        except TimeoutError:
            is_closed = False
        return Exchange(answer, is_closed, time.monotonic() - began, sent)
