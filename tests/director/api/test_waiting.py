"""Who waits is woken by what is done, from any thread, and waits for nothing that will not come."""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi import Request

from director.api.connection import NEWCOMER
from director.api.waiting import Place, WaitingRoom
from director.errors import BusyError, UnauthenticatedError
from director.members.access import LOCAL_ADMIN, Principal
from tests.federation_simulator import FederationSimulator, SimulatedHospital

NOBODY = cast(Request, SimpleNamespace(scope={}))
OTHER = Principal("other", "analyst")


def room(
    *, places: int = 10, places_of_one: int = 10, holds: Callable[[Principal], bool] = lambda _: True
) -> WaitingRoom:
    return WaitingRoom(holds, places=places, places_of_one=places_of_one)


def waiting(found: WaitingRoom, look: Callable[[], Any], caller: Principal = LOCAL_ADMIN, request: Request = NOBODY):
    return asyncio.create_task(found.until(request, caller, look, 5))


def often(act: Callable[[], None]) -> Callable[[], None]:
    def acting() -> None:
        for _ in range(100):
            act()

    return acting


def test_everybody_who_waits_looks_again_when_something_was_done():
    async def story() -> list[str | None]:
        here, found = room(), dict[str, str]()
        tasks = [waiting(here, partial(found.get, name)) for name in ("one", "two")]
        await asyncio.sleep(0.01)
        found["one"] = "first"
        threading.Thread(target=here.wake).start()
        await tasks[0]
        assert not tasks[1].done()
        found["two"] = "second"
        threading.Thread(target=often(here.wake)).start()
        return list(await asyncio.gather(*tasks))

    assert asyncio.run(story()) == ["first", "second"]


def test_it_gives_what_is_there_at_once_and_nothing_when_the_time_is_up():
    async def story() -> tuple[str | None, str | None]:
        here = room(places=1)
        at_once = await here.until(NOBODY, LOCAL_ADMIN, lambda: "here", 0)
        with here.place(NOBODY, LOCAL_ADMIN):  # none is left, and none is needed for what is there
            assert await here.until(NOBODY, LOCAL_ADMIN, lambda: "here", 5) == "here"
        return at_once, await here.until(NOBODY, LOCAL_ADMIN, lambda: None, 0.01)

    assert asyncio.run(story()) == ("here", None)


def test_before_anybody_waited_there_is_nobody_to_wake():
    room().wake()


def test_a_burst_of_acts_wakes_at_once_and_then_now_and_then():
    async def story() -> int:
        here, looks = room(), 0

        def look() -> None:
            nonlocal looks
            looks += 1

        task = waiting(here, look)
        await asyncio.sleep(0.05)
        before, began = looks, time.monotonic()
        here.wake()
        await asyncio.sleep(0.003)
        assert looks == before + 1
        while time.monotonic() < began + 0.2:
            here.wake()
            await asyncio.sleep(0.001)
        task.cancel()
        return looks - before

    assert 3 <= asyncio.run(story()) <= 21


def test_what_is_done_while_somebody_looks_for_the_first_time_is_not_missed():
    async def story() -> str | None:
        here, found = room(), list[str]()

        def look() -> str | None:
            seen = found[0] if found else None
            if not found and looked:
                found.append("done in between")
                here.wake()
            looked.append(True)
            return seen

        looked: list[bool] = []
        return await here.until(NOBODY, LOCAL_ADMIN, look, 5)

    assert asyncio.run(story()) == "done in between"


def test_each_token_has_so_many_places_and_so_have_all():
    async def story() -> None:
        here = room(places=3, places_of_one=2)
        tasks = [waiting(here, lambda: None) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(BusyError, match="with this token"):
            await here.until(NOBODY, LOCAL_ADMIN, lambda: None, 5)
        with here.place(NOBODY, OTHER), pytest.raises(BusyError, match="wait here"):
            await here.until(NOBODY, OTHER, lambda: None, 5)
        with here.place(NOBODY, LOCAL_ADMIN.in_session("s1")):  # of a token, each session has its own
            pass
        for each in tasks:
            each.cancel()
        await asyncio.wait(tasks)
        with here.place(NOBODY, LOCAL_ADMIN), here.place(NOBODY, LOCAL_ADMIN), here.place(NOBODY, OTHER):
            pass

    asyncio.run(story())


def test_all_who_are_signed_in_with_one_token_have_the_places_of_twelve():
    here, sessions = room(places=100, places_of_one=1), [f"s{n}" for n in range(13)]
    with ExitStack() as stack:
        for each in sessions[:12]:
            stack.enter_context(here.place(NOBODY, LOCAL_ADMIN.in_session(each)))
        with pytest.raises(BusyError, match="with this token"), here.place(NOBODY, LOCAL_ADMIN.in_session("s12")):
            pass
        with here.place(NOBODY, LOCAL_ADMIN), here.place(NOBODY, OTHER.in_session("s13")):
            pass
    with here.place(NOBODY, LOCAL_ADMIN.in_session("s12")):
        pass


def test_whose_token_holds_no_more_waits_no_more():
    async def story() -> None:
        held = {LOCAL_ADMIN, OTHER}
        here = room(holds=lambda caller: caller in held)
        tasks = [waiting(here, lambda: None, caller) for caller in (LOCAL_ADMIN, OTHER)]
        await asyncio.sleep(0.01)
        held.discard(OTHER)
        here.wake()
        with pytest.raises(UnauthenticatedError):
            await tasks[1]
        assert not tasks[0].done()
        tasks[0].cancel()

    asyncio.run(story())


def test_one_whose_look_fails_fails_alone():
    async def story() -> str | None:
        here, found = room(), list[str]()

        def trip() -> None:
            if found:
                raise ZeroDivisionError

        tasks = [waiting(here, trip), waiting(here, lambda: found[0] if found else None)]
        await asyncio.sleep(0.01)
        found.append("here")
        here.wake()
        with pytest.raises(ZeroDivisionError):
            await tasks[0]
        return cast(str | None, await tasks[1])

    assert asyncio.run(story()) == "here"


class Connection:
    """A connection that knows whether its request waits."""

    def __init__(self, *, is_stopping: bool = False) -> None:
        self.end: Callable[[], None] | None = None
        self._is_stopping = is_stopping

    def waits(self, end: Callable[[], None]) -> None:
        self.end = end
        if self._is_stopping:
            end()

    def goes_on(self) -> None:
        self.end = None

    @property
    def request(self) -> Request:
        return cast(Request, SimpleNamespace(scope={"state": {NEWCOMER: self}}))


def test_the_connection_knows_who_waits_and_can_end_it():
    async def story() -> None:
        here, connection = room(), Connection()
        task = waiting(here, lambda: None, request=connection.request)
        await asyncio.sleep(0.01)
        assert connection.end is not None
        connection.end()
        assert await task is None
        assert connection.end is None
        began = time.monotonic()
        stopping = Connection(is_stopping=True)
        assert await here.until(stopping.request, LOCAL_ADMIN, lambda: None, 5) is None
        assert time.monotonic() - began < 1

    asyncio.run(story())


def test_a_place_that_was_ended_is_over_for_good():
    async def story() -> None:
        here, connection = room(), Connection()
        with here.place(connection.request, LOCAL_ADMIN) as place:
            assert isinstance(place, Place)
            assert connection.end is not None
            connection.end()
            assert await place.until(lambda: "here", 5) is None
            assert place.is_over

    asyncio.run(story())


def test_a_room_serves_one_loop_after_another():
    here = room()

    async def story() -> str | None:
        found: list[str] = []
        task = waiting(here, lambda: found[0] if found else None)
        await asyncio.sleep(0.01)
        found.append("here")
        here.wake()
        return cast(str | None, await task)

    async def left() -> None:
        waiting(here, lambda: None)
        await asyncio.sleep(0)
        here.wake()  # and the loop ends before it could

    asyncio.run(left())
    assert asyncio.run(story()) == "here"


def test_a_token_that_is_revoked_ends_the_wait_for_work_with_401(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    answers: list[Any] = []
    path = f"/envoys/{hospital.name}/work?wait=30"
    task = threading.Thread(target=lambda: answers.append(federation.http.get(path, headers=hospital.headers)))
    task.start()
    time.sleep(0.2)
    assert federation.http.post(f"/envoys/{hospital.name}/disable", headers=federation.admin).status_code == 200
    task.join(5)
    assert [answer.status_code for answer in answers] == [401]
