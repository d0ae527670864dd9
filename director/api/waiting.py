"""Where requests wait for something to be done: looked at again after each act that this process learns of.

A wait costs a place, of which there are so many for all and for each token; its connection does not count among those
that are served (``director.api.transport``). It ends at once where the director stops, the token does not hold any
more, or the sender is gone.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from fastapi import Request

from director.api.connection import NEWCOMER, Newcomer
from director.errors import BusyError
from director.members.access import Principal
from director.members.holders import no_valid_token

_Found = TypeVar("_Found")

_PAUSE_SECONDS = 0.01
"""After everybody has looked, nobody looks again for so long: a burst of acts is one."""

_SESSIONS_AT_ONCE = 12
"""One token may have a hundred sessions: together they have the places of so many."""

_AT_ONCE = 32
"""So many look, and are answered, and then whoever else asks has a turn."""


class WaitingRoom:
    """Lets requests wait on the event loop; ``wake`` may be called from any thread.

    Args:
        holds: Tells whether a token still holds.
        places: How many may wait.
        places_of_one: How many with one token; of those who are signed in, in one session, and twelve times as many in
            all sessions of a token.
    """

    def __init__(self, holds: Callable[[Principal], bool], *, places: int, places_of_one: int) -> None:
        self.holds = holds
        self._places = places
        self._places_of_one = places_of_one
        self._taken: Counter[str] = Counter()
        self.taken = 0
        self._looks: set[Callable[[], None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_woken = False
        self._looking: asyncio.Task[None] | None = None

    async def until(
        self, request: Request, caller: Principal, look: Callable[[], _Found | None], seconds: float
    ) -> _Found | None:
        """Give what ``look`` finds, at once or as soon as something was done that makes it find something.

        Args:
            request: Who waits.
            caller: With which token.
            look: Quick, asks no database; called on the event loop.
            seconds: How long to wait at most.

        Returns:
            None: the time is up, the director stops, or the sender is gone.

        Raises:
            BusyError: Too many wait.
            UnauthenticatedError: The token does not hold any more.
        """
        found = look()
        if found is not None or seconds <= 0:
            return found
        with self.place(request, caller) as place:
            return await place.until(look, seconds)

    @contextmanager
    def place(self, request: Request, caller: Principal) -> Iterator["Place"]:
        """Take a place for as long as a request lasts that waits more than once; raises BusyError."""
        shares = self._shares(caller)
        is_full = self.taken >= self._places
        if is_full or any(self._taken[whom] >= most for whom, most in shares.items()):
            whose = "here" if is_full else "with this token"
            raise BusyError(f"As many requests wait {whose} as may.", hint="Ask again in a few seconds.")
        place = Place(self, caller)
        newcomer: Newcomer | None = request.scope.get("state", {}).get(NEWCOMER)
        self._count(shares, 1)
        try:
            if newcomer is not None:
                newcomer.waits(place.end)
            yield place
        finally:
            self._count(shares, -1)
            if newcomer is not None:
                newcomer.goes_on()

    def _shares(self, caller: Principal) -> Mapping[str, int]:
        """Give with whom a caller's place is counted → how many of them may be taken."""
        if caller.session_id is None:
            return {caller.token_id: self._places_of_one}
        together = f"all who are signed in with {caller.token_id}"
        return {caller.session_id: self._places_of_one, together: _SESSIONS_AT_ONCE * self._places_of_one}

    def _count(self, shares: Mapping[str, int], change: int) -> None:
        self.taken += change
        for whom in shares:
            self._taken[whom] += change
            if not self._taken[whom]:
                del self._taken[whom]

    def wake(self) -> None:
        """Let everybody who waits look again; many acts at once wake once."""
        loop = self._loop
        if loop is not None and self._looks and not self._is_woken:
            self._is_woken = True
            loop.call_soon_threadsafe(self._begin)

    def add(self, look: Callable[[], None]) -> None:
        """Call ``look`` after each act, on the event loop that runs."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # none runs twice: what was to happen on the one before does not happen any more
            self._loop, self._is_woken, self._looking = loop, False, None
        self._looks.add(look)

    def discard(self, look: Callable[[], None]) -> None:
        """Call it no more."""
        self._looks.discard(look)

    def _begin(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())

    async def _look(self) -> None:
        while self._is_woken:
            self._is_woken = False  # before they look: what is done meanwhile wakes again
            looks = list(self._looks)
            for first in range(0, len(looks), _AT_ONCE):
                for look in looks[first : first + _AT_ONCE]:
                    look()
                await asyncio.sleep(0)
            await asyncio.sleep(_PAUSE_SECONDS)


class Place:
    """The place of one request that waits."""

    def __init__(self, room: WaitingRoom, caller: Principal) -> None:
        self._room = room
        self._caller = caller
        self._awaited: asyncio.Future[Any] | None = None
        self.is_over = False
        """Whether nobody wants the answer, or the director stops."""

    async def until(self, look: Callable[[], _Found | None], seconds: float) -> _Found | None:
        """Wait as ``WaitingRoom.until`` does."""
        if self.is_over:
            return None
        awaited: asyncio.Future[_Found | None] = asyncio.get_running_loop().create_future()

        def look_again() -> None:
            if awaited.done():
                return
            try:
                if not self._room.holds(self._caller):
                    raise no_valid_token()
                found = look()
            except Exception as error:  # whatever one trips over is its own: the others look on
                awaited.set_exception(error)
            else:
                if found is not None:
                    awaited.set_result(found)

        self._awaited = awaited
        self._room.add(look_again)  # before the first look, so that nothing is done between the two unseen
        try:
            look_again()
            await asyncio.wait((awaited,), timeout=seconds)
            return awaited.result() if awaited.done() else None
        finally:
            self._room.discard(look_again)

    def end(self) -> None:
        """Wait no more, and never again."""
        self.is_over = True
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_result(None)
