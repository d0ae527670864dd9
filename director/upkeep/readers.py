"""Who learns of events, and how none is missed.

What people see (the view, the logs) must miss none: how far such a reader has come is a row, moved in the transaction
in which it read, so that it goes on after a crash, and whichever process comes first reads for all. What a process
holds in memory it learns anew where an event concerns it.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.errors import FederationError
from director.records import audit
from director.records.database import Database
from director.records.events import Event, Told
from director.records.schema import ReaderRow

_log = logging.getLogger(__name__)

_READ_AT_ONCE = 1000


class LastingReader(Protocol):
    """Reads every event once, in order; after a crash the last ones perhaps again."""

    @property
    def name(self) -> str:
        """Under which its place is kept."""
        ...

    def read(self, session: Session, told: Sequence[Told]) -> int:
        """Read what was told; the session holds the write lock.

        Returns:
            The place of the last event that it has read; what comes after it is told again.

        Raises:
            FederationError: It could read none of it.
        """
        ...


class Learner(Protocol):
    """Holds in memory what rows say."""

    def concerns(self, event: Event) -> bool:
        """Tell whether an event may have changed it."""
        ...

    def refresh(self, session: Session) -> None:
        """Learn it anew, all at once."""
        ...


class LastingReaders:
    """Lets lasting readers read what they have not read.

    Args:
        database: The rows.
        readers: In the order in which they read.
    """

    def __init__(self, database: Database, readers: Sequence[LastingReader]) -> None:
        self._database = database
        self._readers = readers

    def learn(self) -> None:
        """Read on to the end; nothing is written where nothing was told."""
        with self._database.read() as session:
            newest = audit.newest_seq(session)
            places = [place.seq for place in self._places(session).values()]
        if all(place == newest for place in places):
            return
        if max(places) > newest:
            self._step_back()
        while self._reads_on():
            pass

    def _step_back(self) -> None:
        """Begin anew at the end of an audit that was cut: what has these places from now on is new."""
        with self._database.write() as session:
            newest = audit.newest_seq(session)
            for place in self._places(session).values():
                place.seq = min(place.seq, newest)
                session.add(place)

    def _reads_on(self) -> bool:
        """Let each reader read a bounded stretch; tells whether there may be more for one that could."""
        is_more = False
        with self._database.write() as session:
            stretch = cache(partial(audit.told_after, session, limit=_READ_AT_ONCE))  # mostly all stand at one place
            places = self._places(session)
            for reader in self._readers:
                told, place = stretch(places[reader.name].seq), places[reader.name]
                read = _read(session, reader, told) if told else None
                if read is not None:
                    place.seq = read
                    session.add(place)
                    is_more = is_more or (len(told) == _READ_AT_ONCE and read == told[-1].seq)
        return is_more

    def _places(self, session: Session) -> Mapping[str, ReaderRow]:
        known = {row.name: row for row in session.scalars(select(ReaderRow))}
        return {each.name: known.get(each.name) or ReaderRow(name=each.name, seq=0) for each in self._readers}


def _read(session: Session, reader: LastingReader, told: Sequence[Told]) -> int | None:
    """Let a reader read; None: it could not."""
    try:
        return reader.read(session, told)
    except Exception as error:  # whatever one trips over, the others read on, and it is told the same again
        facts = {"reader": reader.name, "why": error.sentence if isinstance(error, FederationError) else str(error)}
        _log.error("reader.failed", exc_info=True, extra={"facts": facts})
        return None


class Learners:
    """Lets a process's memory follow; one refresh at a time, so that no older state overwrites a newer one.

    Args:
        database: The rows.
        learners: What is held in memory.
    """

    def __init__(self, database: Database, learners: Sequence[Learner]) -> None:
        self._database = database
        self._learners = learners
        self._seq: int | None = None
        self._learning = threading.Lock()
        self._wakes: list[Callable[[], None]] = []

    def add_wake(self, wake: Callable[[], None]) -> None:
        """Let those who wait look at what was learned: ``wake`` is called after it was, from any thread."""
        self._wakes.append(wake)

    def refresh(self) -> None:
        """Learn everything anew."""
        with self._learning, self._database.read() as session:
            seq = audit.newest_seq(session)
            for learner in self._learners:
                learner.refresh(session)
            self._seq = seq

    def learn(self) -> None:
        """Learn what was told since the last time; nothing before the first refresh."""
        if self._seq is None:
            return
        with self._learning, self._database.read() as session:
            newest = audit.newest_seq(session)
            if newest == self._seq:
                return
            was_cut = newest < (self._seq or 0)  # then nothing tells what was done
            told = audit.told_after(session, self._seq or 0)
            for learner in self._learners:
                if was_cut or any(learner.concerns(each.event) for each in told):
                    learner.refresh(session)
            self._seq = newest
        if told or was_cut:
            for wake in self._wakes:
                wake()
