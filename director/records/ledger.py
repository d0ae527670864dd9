"""The ledger: every act is one transaction by one actor at one moment, told by its events; afterwards readers learn.

A reader runs after the commit. One that fails never changes the answer: the act stands, and the reader learns it with
the next act, or at the next start.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from director.clock import Clock
from director.records import audit
from director.records.actors import Actor, HouseName
from director.records.database import Database
from director.records.events import Event
from director.records.failpoints import reach
from director.records.schema import AuditRow

_log = logging.getLogger(__name__)

_MOMENT_SECONDS = 0.05


class Act:
    """A write transaction under way.

    Args:
        session: Holds the write lock; committed whole or not at all.
        now: When it happens.
        actor: Who does it.
    """

    def __init__(self, session: Session, now: datetime, actor: str) -> None:
        self.session = session
        self.now = now
        self.actor = actor
        self.told: list[Event] = []
        self._last: AuditRow | None = None

    def tell(self, event: Event, *, actor: str | None = None) -> None:
        """Put an event on record, in this transaction; ``actor`` where somebody else did it."""
        self._last = audit.record(self.session, event, at=self.now, actor=actor or self.actor, after=self._last)
        self.told.append(event)

    def tell_all(self, words: Iterable[tuple[str, Event]]) -> None:
        """Put many events on record at once, each with who did it."""
        for actor, event in words:
            self._last = audit.add_record(self.session, event, at=self.now, actor=actor, after=self._last)
            self.told.append(event)
        self.session.flush()

    @property
    def newest(self) -> int:
        """The place of the last event that was told; 0: none was."""
        return self._last.seq if self._last is not None else 0


class Ledger:
    """Where acts are written and rows are read.

    Args:
        database: The rows.
        clock: The time.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._readers: list[_Reader] = []
        self._learned: int | None = None  # how far the audit had come when every reader could learn it
        self._coming = _Coming()

    def read(self) -> AbstractContextManager[Session]:
        """Read one consistent state."""
        return self.database.read()

    @contextmanager
    def act(self, actor: Actor | HouseName, *, committed: str = "") -> Iterator[Act]:
        """Do something: take the write lock, commit all or nothing, then let the readers learn it.

        Args:
            actor: Who does it; asked under the lock whether they still may.
            committed: The failpoint between the commit and the readers.

        Raises:
            UnauthenticatedError: They may not; nothing was done.
        """
        with self._coming, self.database.write() as session:
            act = Act(session, self.clock(), str(actor))
            if isinstance(actor, Actor):
                actor.require_right(session, act.now)
            yield act
        if act.told:
            if committed:
                reach(committed)
            self._let_learn(act.newest)

    def coming(self) -> AbstractContextManager[None]:
        """Announce an act: whoever's is done before waits a moment, so that both are learned together."""
        return self._coming

    def add_reader(self, learn: Callable[[], None]) -> None:
        """Let a reader learn after each act of this process, in the order added."""
        self._readers.append(_Reader(learn))

    def let_readers_learn(self) -> bool:
        """Let every reader learn what it does not know yet; tells whether all could.

        Of acts of this process, which were learned as they were done, nothing is learned twice.
        """
        with self.read() as session:
            newest = audit.newest_seq(session)
        return newest == self._learned or self._let_learn(newest)

    def _let_learn(self, newest: int) -> bool:
        """Let every reader learn, at the least up to a place of the audit.

        Acts that come at the same time are learned together: whoever is done first waits a moment for the others.
        """
        begun = [reader.begun for reader in self._readers]
        self._coming.wait_for_others()
        # each of them, also after one that could not
        could = [reader.learn(after) for reader, after in zip(self._readers, begun, strict=True)]
        if all(could):
            self._learned = newest
        return all(could)


class _Coming:
    """Counts the threads whose act is about to be done; entered again by the same thread, it counts once."""

    def __init__(self) -> None:
        self._number = 0
        self._one_ended = threading.Condition()
        self._own = threading.local()

    def __enter__(self) -> None:
        self._own.depth = getattr(self._own, "depth", 0) + 1
        if self._own.depth == 1:
            self._count(1)
            self._own.is_counted = True

    def __exit__(self, *_: object) -> None:
        self._own.depth -= 1
        if self._own.depth == 0:
            self._end()

    def wait_for_others(self) -> None:
        """Wait a moment until nothing is coming; whoever waits has nothing to come any more."""
        self._end()
        with self._one_ended:
            self._one_ended.wait_for(lambda: self._number == 0, timeout=_MOMENT_SECONDS)

    def _end(self) -> None:
        if getattr(self._own, "is_counted", False):
            self._own.is_counted = False
            self._count(-1)

    def _count(self, more: int) -> None:
        with self._one_ended:
            self._number += more
            self._one_ended.notify_all()


class _Reader:
    """A reader that learns once for all who ask at once: for all that have committed before it began."""

    def __init__(self, learn: Callable[[], None]) -> None:
        self._learn = learn
        self._learning = threading.Lock()
        self.begun = 0
        self._could = True

    def learn(self, begun: int) -> bool:
        """Learn, unless it began to more often than ``begun``, as it was after the commit that is to be learned."""
        with self._learning:
            if self.begun == begun:
                self.begun += 1
                self._could = self._try()
            return self._could

    def _try(self) -> bool:
        try:
            self._learn()
        except Exception:  # whatever a reader trips over, the act stands and its sender gets its answer
            _log.exception("reader.failed")
            return False
        return True
