"""A server below HTTP: a test says byte by byte what comes back, and how slowly."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class RawServer:
    """Where it listens, and the heads of the requests that came."""

    url: str = ""
    heads: list[bytes] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)


@contextmanager
def raw_server(answer: Callable[[socket.socket, threading.Event], None]) -> Iterator[RawServer]:
    """Answer every connection on a free loopback port; the event is set when the test is over."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = RawServer(f"http://127.0.0.1:{listener.getsockname()[1]}")

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            server.heads.append(connection.recv(65536))
            answer(connection, server.ended)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        server.ended.set()
        listener.close()


def saying(*pieces: bytes, every_seconds: float = 0, for_ever: bool = False) -> Callable[..., None]:
    """Send the pieces one by one, the last again and again if it shall not end."""

    def answer(connection: socket.socket, ended: threading.Event) -> None:
        for piece in pieces:
            connection.sendall(piece)
        while for_ever and not ended.wait(every_seconds):
            connection.sendall(pieces[-1])

    return answer
