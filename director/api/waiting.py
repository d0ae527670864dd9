"""Where requests wait for something to be done: looked at again after each act that this process learns of."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from fastapi import Request

from director.members.access import Principal

_Found = TypeVar("_Found")


class WaitingRoom:
    """Lets requests wait on the event loop; ``wake`` may be called from any thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._done = asyncio.Event()
        self._is_waking = threading.Event()

    async def until(
        self, request: Request, caller: Principal, look: Callable[[], _Found | None], seconds: float
    ) -> _Found | None:
        """Give what ``look`` finds, at once or as soon as it finds something; None: the time is up.

        Args:
            request: Who waits.
            caller: With which token.
            look: Quick, asks no database; called on the event loop.
            seconds: How long to wait at most.
        """
        self._loop = asyncio.get_running_loop()
        end = self._loop.time() + seconds
        while True:
            done = self._done
            found = look()
            if found is not None or self._loop.time() >= end:
                return found
            try:
                async with asyncio.timeout_at(end):
                    await done.wait()
            except TimeoutError:
                return look()

    def wake(self) -> None:
        """Let everybody who waits look again; many acts at once wake once."""
        if self._loop is not None and not self._is_waking.is_set():
            self._is_waking.set()
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._is_waking.clear()
        done, self._done = self._done, asyncio.Event()
        done.set()
