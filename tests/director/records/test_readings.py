"""Who reads waits for nobody who writes, and is on record a moment later."""

import threading
import time
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.names import EnvoyName
from director.errors import DatabaseError, StorageFullError, UnauthenticatedError
from director.members.events import EnvoyAdded
from director.records import readings as module
from director.records.actors import Actor
from director.records.ledger import Ledger
from director.records.readings import Readings
from director.records.schema import AuditRow
from tests.federation_simulator import eventually

KNH = EnvoyName("KNH")


def told(ledger: Ledger) -> list[str]:
    with ledger.read() as session:
        return list(session.scalars(select(AuditRow.actor).order_by(AuditRow.seq)))


def read(readings: Readings, name: str) -> None:
    with readings._ledger.read() as session:
        readings.note(session, Actor(name), EnvoyAdded(envoy=KNH))


def test_who_reads_waits_for_no_lock_and_all_are_told_of_in_one_act(ledger: Ledger):
    acts, readings = [], Readings(ledger)
    ledger.add_reader(lambda: acts.append(1))
    readings.start()
    names = [f"token:{number}" for number in range(30)]
    with ledger.act("director"):  # nobody else can write
        for name in names:
            read(readings, name)
    eventually(lambda: told(ledger) == names)
    assert len(acts) <= 2
    readings.stop()


def test_what_was_read_is_on_record_within_a_second(ledger: Ledger):
    assert module._GATHER_SECONDS < 1
    readings = Readings(ledger)
    readings.start()
    read(readings, "one")
    eventually(lambda: told(ledger) == ["one"])
    read(readings, "two")
    eventually(lambda: told(ledger) == ["one", "two"])
    readings.stop()


def test_who_may_no_more_is_given_nothing_and_leaves_no_trace(ledger: Ledger):
    class Banished(Actor):
        """Who may act no more."""

        def require_right(self, session: Session, now: datetime) -> None:
            raise UnauthenticatedError("The token was revoked.")

    readings = Readings(ledger)
    with ledger.read() as session, pytest.raises(UnauthenticatedError):
        readings.note(session, Banished("one"), EnvoyAdded(envoy=KNH))
    readings.stop()
    assert told(ledger) == []


def test_what_waits_at_the_end_is_written(ledger: Ledger):
    readings = Readings(ledger)
    readings.start()
    read(readings, "one")
    readings.stop()
    assert told(ledger) == ["one"]
    never_began = Readings(ledger)  # a command's
    read(never_began, "two")
    never_began.stop()
    assert told(ledger) == ["one", "two"]


def test_while_nothing_can_be_put_on_record_nobody_reads_and_nothing_read_is_forgotten(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> None:
        raise StorageFullError("The director's disk is full; nothing was changed.")

    monkeypatch.setattr(module, "_AGAIN_SECONDS", 0.05)
    readings = Readings(ledger)
    with monkeypatch.context() as broken:
        broken.setattr(ledger.database, "write", full)
        readings.start()
        read(readings, "one")  # nobody knows yet
        eventually(lambda: readings._failure is not None)
        with pytest.raises(StorageFullError):
            read(readings, "two")
    eventually(lambda: told(ledger) == ["one"])
    read(readings, "three")
    readings.stop()
    assert told(ledger) == ["one", "three"]


def test_a_crowd_that_reads_while_nothing_is_written_takes_no_memory_without_end(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    readings = Readings(ledger)
    for number in range(3):
        read(readings, f"token:{number}")
    with pytest.raises(DatabaseError, match="too busy"):
        read(readings, "token:3")
    readings.stop()
    assert len(told(ledger)) == 3


def test_words_that_come_while_others_are_written_are_written_next(ledger: Ledger):
    readings, threads = Readings(ledger), []
    readings.start()
    for number in range(8):
        threads.append(threading.Thread(target=read, args=(readings, f"token:{number}")))
        threads[-1].start()
        time.sleep(0.02)
    for each in threads:
        each.join()
    readings.stop()
    assert sorted(told(ledger)) == [f"token:{number}" for number in range(8)]
