"""The ledger: an act is whole or not at all, and readers learn of it when it stands."""

import logging
import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

from contract.names import EnvoyName
from director.errors import DatabaseError, StorageFullError
from director.members.events import EnvoyAdded
from director.records import ledger as ledger_module
from director.records.database import Database
from director.records.ledger import Act, Ledger
from director.records.schema import AuditRow, EnvoyRow
from tests.federation_simulator import SetClock, eventually

KNH = EnvoyName("KNH")


class Witness:
    """A reader that looks what has come to stand, through a transaction of its own."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.seen: list[tuple[int, int]] = []

    def learn(self) -> None:
        self.seen.append(standing(self._ledger))


def standing(ledger: Ledger) -> tuple[int, int]:
    """Count the hospitals and the audit's entries."""
    with ledger.read() as session:
        envoys, entries = (session.scalar(select(func.count()).select_from(table)) for table in (EnvoyRow, AuditRow))
    return int(envoys or 0), int(entries or 0)


def add(act: Act, name: EnvoyName = KNH) -> None:
    row = EnvoyRow(name=name, folded_name=name.folded, created_at=act.now, joined_at=None, disabled_at=None)
    act.session.add(row)


@pytest.fixture
def witness(ledger: Ledger) -> Witness:
    witness = Witness(ledger)
    ledger.add_reader(witness.learn)
    return witness


def test_an_act_that_fails_leaves_no_row_and_no_entry_and_nobody_learns(ledger: Ledger, witness: Witness):
    def change_their_mind() -> None:
        with ledger.act("admin:cli") as act:
            add(act)
            act.tell(EnvoyAdded(envoy=KNH))
            raise RuntimeError("after all")

    with pytest.raises(RuntimeError, match="after all"):
        change_their_mind()
    assert standing(ledger) == (0, 0)
    assert witness.seen == []


def test_readers_learn_once_what_was_committed_and_not_before(ledger: Ledger, witness: Witness):
    with ledger.act("admin:cli") as act:
        add(act)
        act.tell(EnvoyAdded(envoy=KNH))
        act.tell(EnvoyAdded(envoy=KNH))
        assert witness.seen == []
    assert witness.seen == [(1, 2)]


def test_nobody_learns_where_nothing_was_told(ledger: Ledger, witness: Witness):
    with ledger.act("admin:cli") as act:
        add(act)
    assert standing(ledger) == (1, 0)
    assert witness.seen == []


@pytest.mark.parametrize("failure", [RuntimeError("torn"), OSError(28, "full"), DatabaseError("gone"), KeyError("x")])
def test_a_reader_that_fails_changes_nothing_for_the_sender_nor_for_the_others(
    ledger: Ledger, failure: Exception, caplog: pytest.LogCaptureFixture
):
    def fail() -> None:
        raise failure

    before, after = Witness(ledger), Witness(ledger)
    for learn in (before.learn, fail, after.learn):
        ledger.add_reader(learn)
    with caplog.at_level(logging.ERROR), ledger.act("admin:cli") as act:
        add(act)
        act.tell(EnvoyAdded(envoy=KNH))
    assert before.seen == after.seen == [(1, 1)]
    assert [record.message for record in caplog.records] == ["reader.failed"]


def test_readers_learn_in_the_order_in_which_they_were_added(ledger: Ledger):
    order: list[str] = []
    for name in ("one", "two", "three"):
        ledger.add_reader(partial(order.append, name))
    with ledger.act("admin:cli") as act:
        act.tell(EnvoyAdded(envoy=KNH))
    assert order == ["one", "two", "three"]


def test_the_moment_of_an_act_is_taken_under_the_write_lock(database: Database):
    was_held: list[bool] = []

    def moment() -> datetime:
        with sqlite3.connect(str(database.file), timeout=0) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
                was_held.append(False)
            except sqlite3.OperationalError:
                was_held.append(True)
        return datetime(2026, 1, 1, tzinfo=UTC)

    with Ledger(database, moment).act("admin:cli") as act:
        assert act.now == datetime(2026, 1, 1, tzinfo=UTC)
    assert was_held == [True]


def test_an_entry_says_who_did_it_and_when(ledger: Ledger, clock: SetClock):
    began = clock.now
    with ledger.act("admin:cli") as act:
        clock.pass_by(minutes=1)
        act.tell(EnvoyAdded(envoy=KNH))
        act.tell(EnvoyAdded(envoy=KNH), actor="director:gate")
    with ledger.read() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
    assert [(row.actor, row.at) for row in rows] == [("admin:cli", began), ("director:gate", began)]
    assert clock.now - began == timedelta(minutes=1)


def test_the_power_can_be_cut_between_the_commit_and_the_readers(
    ledger: Ledger, witness: Witness, monkeypatch: pytest.MonkeyPatch
):
    reached: list[tuple[str, tuple[int, int], int]] = []
    monkeypatch.setattr(
        ledger_module, "reach", lambda name: reached.append((name, standing(ledger), len(witness.seen)))
    )
    with ledger.act("admin:cli", committed="upload.committed") as act:
        act.tell(EnvoyAdded(envoy=KNH))
    with ledger.act("admin:cli", committed="upload.committed"):
        pass
    assert reached == [("upload.committed", (0, 1), 0)]


def test_an_act_that_is_announced_is_learned_with_the_one_that_was_done_before(
    ledger: Ledger, witness: Witness, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ledger_module, "_MOMENT_SECONDS", 10)
    announced, seen = threading.Event(), []

    def act(name: EnvoyName) -> None:
        with ledger.act("admin:cli") as one:
            add(one, name)
            one.tell(EnvoyAdded(envoy=name))
        seen.append(list(witness.seen))  # it is learned before this act returns

    def later() -> None:
        with ledger.coming():
            announced.set()
            eventually(lambda: standing(ledger) == (1, 1))
            act(EnvoyName("MTRH"))

    threads = [threading.Thread(target=later), threading.Thread(target=act, args=(KNH,))]
    threads[0].start()
    assert announced.wait(5)
    threads[1].start()
    for each in threads:
        each.join()
    assert seen == [[(2, 2)]] * 2


def test_nobody_waits_long_for_an_act_that_does_not_come(ledger: Ledger, witness: Witness):
    ended = threading.Event()

    def dawdle() -> None:
        with ledger.coming():
            ended.wait(10)

    other = threading.Thread(target=dawdle)
    other.start()
    with ledger.act("admin:cli") as act:
        add(act)
        act.tell(EnvoyAdded(envoy=KNH))
    assert witness.seen == [(1, 1)]  # though the other one still dawdles
    ended.set()
    other.join()
    with ledger.coming(), ledger.coming(), ledger.act("admin:cli") as act:
        act.tell(EnvoyAdded(envoy=KNH))
    assert witness.seen[-1] == (1, 2)


def test_what_this_process_did_is_learned_once_and_what_another_did_when_it_is_looked_for(
    ledger: Ledger, clock: SetClock
):
    passes = list[int]()
    ledger.add_reader(lambda: passes.append(1))
    with ledger.act("director") as act:
        act.tell(EnvoyAdded(envoy=KNH))
    assert len(passes) == 1
    assert ledger.let_readers_learn()  # as the follower does after each commit, this process's own too
    assert len(passes) == 1
    with Ledger(ledger.database, clock).act("director") as act:  # another process
        act.tell(EnvoyAdded(envoy=KNH))
    assert ledger.let_readers_learn()
    assert len(passes) == 2


def test_what_a_reader_could_not_learn_it_is_told_again(ledger: Ledger):
    passes, is_broken = list[int](), [True]

    def learn() -> None:
        passes.append(1)
        if is_broken[0]:
            raise StorageFullError("The director's disk is full; nothing was changed.")

    ledger.add_reader(learn)
    with ledger.act("director") as act:
        act.tell(EnvoyAdded(envoy=KNH))
    assert not ledger.let_readers_learn()
    is_broken[0] = False
    assert ledger.let_readers_learn()
    assert ledger.let_readers_learn()
    assert len(passes) == 3
