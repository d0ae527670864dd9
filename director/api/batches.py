"""A batch's body on its way in, and its answer on the way out: none is parsed or computed where others would wait.

A body goes into memory while there is room for it, else onto the disk. A few are read at once; one more waits a little
and is then asked to come again.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import IO, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Request

from director.api.parcels import Desk
from director.records.blobs import SPOOLED_IN_MEMORY_BYTES

_PLACES = 64
"""Batches that may be arriving or waiting; each may take its size on the disk."""

_PATIENCE_SECONDS = 5.0
_ROOM_BYTES = 16 * 2**20
"""What the bodies that are held in memory take together."""

_Result = TypeVar("_Result")


class BatchDesk:
    """Where batches wait.

    Args:
        at_once: How many are read at once, and how many are computed.
    """

    def __init__(self, at_once: int) -> None:
        self.desk = Desk("batches", places=_PLACES, at_once=at_once, patience_seconds=_PATIENCE_SECONDS)
        self._answering = CapacityLimiter(at_once)
        self._room_bytes = _ROOM_BYTES

    @contextmanager
    def place(self, request: Request) -> Iterator[int]:
        """Keep a place while the block runs; gives how many bytes of the request's body may be held in memory.

        Raises:
            BusyError: All are taken.
        """
        announced = request.headers.get("content-length", "")
        wanted = max(int(announced) if announced.isdecimal() else 0, SPOOLED_IN_MEMORY_BYTES)
        given = wanted if wanted <= self._room_bytes else SPOOLED_IN_MEMORY_BYTES
        with self.desk.place():
            self._room_bytes -= given
            try:
                yield given
            finally:
                self._room_bytes += given

    async def in_turn(self, act: Callable[[], _Result]) -> _Result:
        """Run ``act`` on a thread when its turn has come; raises as ``Desk.in_turn``."""
        return await self.desk.in_turn(act)

    async def computed(self, blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
        """Compute an answer's blocks as they are sent: a receiver who is slow to take them keeps nobody waiting."""
        while (block := await to_thread.run_sync(next, blocks, None, limiter=self._answering)) is not None:
            yield block


async def take(request: Request, file: IO[bytes], in_memory_bytes: int) -> None:
    """Read a body into a file that goes onto the disk beyond so many bytes.

    Raises:
        TooLargeError: It is larger than a batch may be.
        StorageError: The disk refuses.
    """
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= in_memory_bytes:
            file.write(chunk)
        else:  # the other requests shall not wait for the disk
            await to_thread.run_sync(file.write, chunk)


def whole(file: IO[bytes]) -> bytes:
    """Read a file from its beginning to its end."""
    file.seek(0)
    return file.read()
