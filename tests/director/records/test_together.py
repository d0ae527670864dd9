"""What many tell at the same moment is put on record, each word as its speaker's, in few acts."""

import threading
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.errors import FederationError
from contract.names import EnvoyName
from director.errors import StorageFullError
from director.members.events import EnvoyAdded
from director.records.actors import Actor
from director.records.ledger import Ledger
from director.records.schema import AuditRow
from director.records.together import Together

KNH = EnvoyName("KNH")


class Banished(Actor):
    """Who may act no more."""

    def require_right(self, session: Session, now: datetime) -> None:
        raise FederationError("You may not.")


def told(ledger: Ledger) -> list[str]:
    with ledger.read() as session:
        return list(session.scalars(select(AuditRow.actor).order_by(AuditRow.seq)))


def test_many_who_tell_at_once_share_acts_and_each_word_is_there_when_it_returns(ledger: Ledger):
    passes, together, missing = [], Together(ledger), list[str]()
    ledger.add_reader(lambda: passes.append(1))
    first_holds = threading.Event()

    def tell(name: str) -> None:
        together.tell(Actor(name), EnvoyAdded(envoy=KNH))
        if name not in told(ledger):
            missing.append(name)

    names = [f"token:{number}" for number in range(12)]
    threads = [threading.Thread(target=tell, args=(name,)) for name in names]
    with ledger.act("director"):  # nobody can write, so that all of them wait
        for each in threads:
            each.start()
        first_holds.wait(0.3)
    for each in threads:
        each.join()
    assert not missing
    assert sorted(told(ledger)) == sorted(names)
    assert len(passes) < len(names) / 2


def test_who_may_not_is_refused_alone(ledger: Ledger):
    together, refused = Together(ledger), []

    def tell(actor: Actor) -> None:
        try:
            together.tell(actor, EnvoyAdded(envoy=KNH))
        except FederationError as error:
            refused.append((str(actor), error.sentence))

    threads = [
        threading.Thread(target=tell, args=(actor,)) for actor in (Actor("one"), Banished("two"), Actor("three"))
    ]
    with ledger.act("director"):
        for each in threads:
            each.start()
    for each in threads:
        each.join()
    assert refused == [("two", "You may not.")]
    assert sorted(told(ledger)) == ["one", "three"]


def test_where_nothing_can_be_written_each_is_told(ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise StorageFullError("The director's disk is full; nothing was changed.")

    monkeypatch.setattr(ledger.database, "write", full)
    with pytest.raises(StorageFullError):
        Together(ledger).tell(Actor("one"), EnvoyAdded(envoy=KNH))
