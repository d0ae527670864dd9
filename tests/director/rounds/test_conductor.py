"""What is due happens by itself: after each act, also of another process, and at each deadline."""

import threading
from datetime import UTC, datetime, timedelta
from functools import partial

from contract.names import EnvoyName
from director.clock import utc_now
from director.rounds.board import Board
from director.rounds.conductor import Conductor
from director.rounds.events import ReturnsClosed, UpdateReturned
from tests.federation_simulator import FederationSimulator, SimulatedHospital, eventually


def has_taken_part(hospital: SimulatedHospital, nudge: int = 0) -> bool:
    return hospital.take_part(nudge) is not None


def test_rounds_go_on_without_anybody_asking(federation: FederationSimulator, three: list[SimulatedHospital]):
    federation.open_run(rounds=2)
    for number in (0, 1, 2):  # the invitation, then the rounds
        for each in three:
            eventually(partial(has_taken_part, each, number))
    eventually(lambda: federation.run()["state"] == "finished")


def test_it_looks_at_the_deadline_and_goes_on_after_a_failure():
    looked, calls = threading.Semaphore(0), []

    def advance() -> datetime | None:
        calls.append(utc_now())
        looked.release()
        if len(calls) == 1:
            return utc_now() + timedelta(seconds=0.05)
        if len(calls) == 2:
            raise RuntimeError("a disk that is gone")
        return None

    conductor = Conductor(advance, Board(utc_now), utc_now)
    conductor.start()
    assert looked.acquire(timeout=5)
    assert looked.acquire(timeout=5)  # the deadline
    conductor.refresh(None)  # type: ignore[arg-type]  # it looks at nothing itself
    assert looked.acquire(timeout=5)
    conductor.stop()
    assert len(calls) == 3
    assert calls[1] - calls[0] >= timedelta(seconds=0.04)


def test_one_that_never_began_has_nothing_to_end():
    Conductor(lambda: None, Board(utc_now), lambda: datetime(2026, 1, 1, tzinfo=UTC)).stop()


def test_an_update_alone_makes_nothing_due_and_the_end_of_a_round_does():
    conductor = Conductor(lambda: None, Board(utc_now), utc_now)
    returned = UpdateReturned(run=1, round=1, envoy=EnvoyName("KNH"), submission="s")
    assert [conductor.concerns(each) for each in (returned, ReturnsClosed(run=1, round=1, returned=1, awaited=0))] == [
        False,
        True,
    ]
