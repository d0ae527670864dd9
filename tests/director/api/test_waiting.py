"""Who waits is woken by what is done, from any thread."""

import asyncio
import threading
from typing import Any, cast

from director.api.waiting import WaitingRoom
from director.members.access import LOCAL_ADMIN

NOBODY = cast(Any, None)


def test_everybody_who_waits_looks_again_when_something_was_done():
    async def story() -> list[str | None]:
        room, found = WaitingRoom(), dict[str, str]()
        waiting = [
            asyncio.create_task(room.until(NOBODY, LOCAL_ADMIN, lambda name=name: found.get(name), 5))
            for name in ("one", "two")
        ]
        await asyncio.sleep(0.01)
        found["one"] = "first"
        threading.Thread(target=room.wake).start()
        await waiting[0]
        assert not waiting[1].done()
        found["two"] = "second"
        threading.Thread(target=lambda: [room.wake() for _ in range(100)]).start()
        return list(await asyncio.gather(*waiting))

    assert asyncio.run(story()) == ["first", "second"]


def test_it_gives_what_is_there_at_once_and_nothing_when_the_time_is_up():
    async def story() -> tuple[str | None, str | None]:
        room = WaitingRoom()
        at_once = await room.until(NOBODY, LOCAL_ADMIN, lambda: "here", 0)
        return at_once, await room.until(NOBODY, LOCAL_ADMIN, lambda: None, 0.01)

    assert asyncio.run(story()) == ("here", None)


def test_before_anybody_waited_there_is_nobody_to_wake():
    WaitingRoom().wake()
