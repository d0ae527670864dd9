"""What happens, as it happens: server-sent events from the audit's places on, each role its own view."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Annotated, cast

from anyio import BrokenResourceError
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema
from starlette.types import Receive, Scope, Send

from contract.messages.events import ToldEvent
from director.api.guard import Caller, GuardedRoute, caller_of, may
from director.api.waiting import Place, WaitingRoom
from director.errors import UnauthenticatedError
from director.members.access import ADMIN, ANALYST, HOSPITAL, STAFF, Principal
from director.records.events import Told
from director.upkeep.event_views import READ_AT_ONCE, EventReel, seen_by


class _StreamRoute(GuardedRoute):
    """A route of streams: who follows one may go at any moment, and that is no failure.

    FastAPI's stream raises it as one where something was about to be sent (fastapi/fastapi#15725).
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a stream for as long as somebody takes it."""
        try:
            await super().handle(scope, receive, send)
        except* BrokenResourceError:
            pass  # nobody is left to be told


router = APIRouter(route_class=_StreamRoute, tags=["events"])

LONGEST_SECONDS = 3600.0
_LOOK_SECONDS = 5.0
"""A token that ends is noticed after so long; one that is revoked at once."""
_RETRY_MS = 2000


class Feed:
    """Reads events for streams; those that stand at the same place share one reading.

    Args:
        reel: What is read.
    """

    def __init__(self, reel: EventReel) -> None:
        self._reel = reel
        self._readings: dict[int, asyncio.Future[Sequence[Told]]] = {}
        self._threads = ThreadPoolExecutor(2, "events")  # however many are far behind, other requests have threads

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False)

    async def stream(
        self, caller: Principal, place: Place, after: int | None, seconds: float
    ) -> AsyncIterator[ServerSentEvent]:
        """Give what a caller may see from a place on, for so long; what is there already is given in any case."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        at = shown = await loop.run_in_executor(self._threads, self._reel.place, after)
        yield ServerSentEvent(id=str(at), retry=_RETRY_MS)
        there = self._reel.newest
        while at < there or loop.time() < end:
            try:
                left = max(0.0, min(end - loop.time(), _LOOK_SECONDS))
                is_more = await place.until(partial(self._reel.has_more, at), left)
            except UnauthenticatedError:
                return  # the answer has begun: that it ends, and that the next request is refused, says it
            if not is_more:
                if place.is_over or loop.time() >= end:
                    return
                continue
            stretch = await self._read(at)
            for told in stretch:
                at = told.seq
                seen = seen_by(caller, told)
                if seen is not None:
                    shown = at
                    yield ServerSentEvent(id=str(at), data=seen)
            if at - shown >= READ_AT_ONCE:  # so that it need not read all this again when it comes back
                shown = at
                yield ServerSentEvent(id=str(at))

    async def _read(self, at: int) -> Sequence[Told]:
        reading = self._readings.get(at)
        if reading is None:
            reading = asyncio.get_running_loop().run_in_executor(self._threads, self._reel.after, at)
            self._readings[at] = reading
            reading.add_done_callback(lambda _: self._readings.pop(at, None))
        return await asyncio.shield(reading)


async def _place(request: Request) -> AsyncIterator[Place]:
    room: WaitingRoom = request.app.state.waiting
    with room.place(request, caller_of(request)) as place:
        yield place


async def _feed(request: Request) -> Feed:
    return cast(Feed, request.app.state.feed)


# without the null that the document would allow else: as a text in a query or header, it is no place
_Place = Annotated[int, Field(ge=0, le=2**63 - 1)] | SkipJsonSchema[None]
After = Annotated[_Place, Query(description="Give what came after this place; without it: from now on.")]
LastEventId = Annotated[_Place, Header(alias="Last-Event-ID", description="As `after`, before which it goes.")]
Seconds = Annotated[
    float, Query(ge=0, le=LONGEST_SECONDS, description="How long to follow; 0: give what is there already, and end.")
]


@router.get("/events", response_class=EventSourceResponse)
@may(HOSPITAL, STAFF, ANALYST, ADMIN, is_watching=True)
async def follow_events(
    caller: Caller,
    place: Annotated[Place, Depends(_place)],
    feed: Annotated[Feed, Depends(_feed)],
    after: After = None,
    last_event_id: LastEventId = None,
    seconds: Seconds = LONGEST_SECONDS,
) -> AsyncIterator[ToldEvent]:
    """Follow what happens, as far as the caller may know it; to go on later, come again with the last id."""
    async for each in feed.stream(caller, place, after if last_event_id is None else last_event_id, seconds):
        yield each  # type: ignore[misc]  # the frame; the interface document tells of what is in it
