"""A link that cuts: a TCP proxy on loopback that resets a share of its connections after some bytes, either way."""

import random
import socket
import struct
import threading
from typing import Self


class UnrulyProxy:
    """Forwards to a local port; a seeded share of the connections is reset somewhere on the way."""

    def __init__(self, port: int, *, seed: int, cut_share: float) -> None:
        self._target = ("127.0.0.1", port)
        self._random = random.Random(seed)
        self._cut_share = cut_share
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.cuts = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            budget = self._random.randint(0, 12_000) if self._random.random() < self._cut_share else None
            director = socket.create_connection(self._target)
            for source, target in ((client, director), (director, client)):
                threading.Thread(target=self._pump, args=(source, target, budget), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, budget: int | None) -> None:
        try:
            while data := source.recv(4096):
                if budget is not None:
                    budget -= len(data)
                    if budget <= 0:
                        self.cuts += 1
                        for each in (source, target):  # linger 0: a reset, not a goodbye
                            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                            each.close()
                        return
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            return
