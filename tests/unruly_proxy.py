"""A bad link: a TCP proxy on loopback, slow, that resets its connections after some byte, either way."""

import queue
import random
import socket
import struct
import threading
import time
from typing import Self

_PIECE_BYTES = 1024
_STRETCH_BYTES = 12_000  # about an upload


class UnrulyProxy:
    """Forwards to a local port; each connection is reset somewhere on the way, sooner or later.

    Args:
        port: Where it forwards to.
        seed: Decides where connections are cut.
        cut_share: The chance of a cut within each 12 kB, about an upload, that go one way.
        latency_seconds: How long each byte is under way, in each direction.
        bytes_per_second: How fast each direction of a connection goes; None: as fast as it can. What the link does not
            take yet stays with its sender.
    """

    def __init__(
        self,
        port: int,
        *,
        seed: int,
        cut_share: float,
        latency_seconds: float = 0.0,
        bytes_per_second: float | None = None,
    ) -> None:
        self._target = ("127.0.0.1", port)
        self._random = random.Random(seed)
        self._cut_share = cut_share
        self._latency = latency_seconds
        self._rate = bytes_per_second
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self.cuts = 0
        self.carried_bytes = 0
        """What went onto the link, either way, also what was lost on it."""
        self._counting = threading.Lock()
        self._dark_until = 0.0
        self._to_be_reset = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._listener.close()

    def go_dark(self, seconds: float) -> None:
        """Let nothing through for a while: what is open breaks, and what comes is reset."""
        self._dark_until = time.monotonic() + seconds

    def reset_next(self, connections: int) -> None:
        """Reset so many that come next, however long that takes."""
        self._to_be_reset = connections

    @property
    def is_dark(self) -> bool:
        return time.monotonic() < self._dark_until

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            if self.is_dark or self._to_be_reset:
                self._to_be_reset = max(0, self._to_be_reset - 1)
                _reset(client)
                continue
            budget = self._random.randint(0, _STRETCH_BYTES)
            while self._random.random() >= self._cut_share:
                budget += _STRETCH_BYTES
            director = socket.create_connection(self._target)
            for source, target in ((client, director), (director, client)):
                under_way: queue.Queue[tuple[float, bytes]] = queue.Queue(maxsize=64)
                threading.Thread(target=self._take, args=(source, under_way), daemon=True).start()
                threading.Thread(target=self._give, args=(under_way, source, target, budget), daemon=True).start()

    def _take(self, source: socket.socket, under_way: queue.Queue[tuple[float, bytes]]) -> None:
        try:
            while data := source.recv(_PIECE_BYTES):
                if self._rate is not None:
                    time.sleep(len(data) / self._rate)
                with self._counting:
                    self.carried_bytes += len(data)
                under_way.put((time.monotonic() + self._latency, data))
        except OSError:
            pass  # it was cut
        under_way.put((time.monotonic() + self._latency, b""))

    def _give(
        self,
        under_way: queue.Queue[tuple[float, bytes]],
        source: socket.socket,
        target: socket.socket,
        budget: int,
    ) -> None:
        try:
            while True:
                due, data = under_way.get()
                time.sleep(max(0.0, due - time.monotonic()))
                if not data:
                    target.shutdown(socket.SHUT_WR)
                    return
                target.sendall(data[:budget])
                budget -= len(data)
                if budget <= 0 or self.is_dark:
                    self.cuts += 1
                    for each in (source, target):
                        _reset(each)
                    return
        except OSError:
            return


def _reset(connection: socket.socket) -> None:
    """End a connection by a reset, not by a goodbye."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RD)  # wakes the thread that reads from it: until then closing has no effect
    connection.close()
