"""Many clients at once, on one thread and little of it, so that the server is what is measured."""

import selectors
import socket
import time
from dataclasses import dataclass

import numpy as np

from benchmarks.http_client import HOST, Request, content_length, status_of

CONNECTIONS = 16
_BUFFER_BYTES = 1 << 16


@dataclass(frozen=True)
class Load:
    """What a server did under load: each latency in seconds, and how long the whole took."""

    latencies: tuple[float, ...]
    seconds: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds

    def percentile_ms(self, percent: float) -> float:
        """Give a percentile of the latencies, in milliseconds."""
        return float(np.percentile(self.latencies, percent)) * 1000


class _Client:
    """One connection with one request under way."""

    def __init__(self, port: int, request: bytes) -> None:
        self.connection = socket.create_connection((HOST, port), timeout=30)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = request
        self._received = b""
        self._began = 0.0

    def send(self) -> None:
        """Ask; a small request goes out whole."""
        self._began = time.perf_counter()
        self.connection.sendall(self._request)

    def receive(self) -> float | None:
        """Take what has come; gives the latency once the answer is whole."""
        received = self.connection.recv(_BUFFER_BYTES)
        if not received:
            raise ConnectionError("the server closed a connection under load")
        if self._received:
            received = self._received + received
        head_end = received.find(b"\r\n\r\n")
        if head_end < 0 or len(received) < head_end + 4 + content_length(received):
            self._received = received
            return None
        assert status_of(received) == 200, received
        self._received = b""
        return time.perf_counter() - self._began


def load(port: int, request: Request, *, seconds: float) -> Load:
    """Ask over ``CONNECTIONS`` connections, each again as soon as it was answered, for some seconds."""
    encoded = request.encoded
    clients = [_Client(port, encoded) for _ in range(CONNECTIONS)]
    latencies: list[float] = []
    with selectors.DefaultSelector() as selector:
        try:
            for client in clients:
                selector.register(client.connection, selectors.EVENT_READ, client)
            began = time.perf_counter()
            until = began + seconds
            for client in clients:
                client.send()
            waiting = len(clients)
            while waiting:
                for key, _ in selector.select(timeout=30):
                    client = key.data
                    latency = client.receive()
                    if latency is None:
                        continue
                    latencies.append(latency)
                    if time.perf_counter() < until:
                        client.send()
                    else:
                        waiting -= 1
            return Load(tuple(latencies), time.perf_counter() - began)
        finally:
            for client in clients:
                client.connection.close()
