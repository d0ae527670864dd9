"""Who read which model, put on record behind the answer: who reads never waits for those who write.

Within a second it is chained. A process that is killed takes the words of that second with it; what it cannot write it
keeps, and gives nobody anything more to read until it can.
"""

import logging
import threading
from collections import deque
from dataclasses import dataclass

from sqlalchemy.orm import Session

from contract.errors import FederationError
from director.errors import DatabaseError
from director.records.actors import HOUSE, Actor
from director.records.events import Event
from director.records.ledger import Ledger

_log = logging.getLogger(__name__)

_GATHER_SECONDS = 0.5
_AGAIN_SECONDS = 1.0
MOST_WAITING = 10_000
"""So many words wait at most: some megabytes."""


@dataclass(frozen=True)
class _Word:
    actor: Actor
    event: Event


class Readings:
    """Gathers who read what, and puts it on record in one act a moment.

    Args:
        ledger: The rows.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._waiting: deque[_Word] = deque()
        self._failure: FederationError | None = None
        self._guard = threading.Condition()
        self._writing = threading.Lock()
        self._is_stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="readings", daemon=True)

    def start(self) -> None:
        """Begin to write, on a thread of its own."""
        self._thread.start()

    def note(self, session: Session, actor: Actor, event: Event) -> None:
        """Remember that somebody reads; call it before they are given anything.

        Args:
            session: A transaction that began after they asked: whether they still may is asked in it.
            actor: Who reads.
            event: What.

        Raises:
            UnauthenticatedError: They may no more.
            FederationError: What was read before can't be put on record: nobody reads until it can.
        """
        actor.require_right(session, self._ledger.clock())
        with self._guard:
            if self._failure is not None:
                raise self._failure
            if len(self._waiting) >= MOST_WAITING:
                raise DatabaseError("The database is too busy to say who reads.", hint="Try again later.")
            self._waiting.append(_Word(actor, event))
            self._guard.notify()

    def write(self) -> None:
        """Put on record what waits; raises what a write raises, and then it goes on waiting."""
        with self._writing:
            words = list(self._waiting)
            if not words:
                return
            with self._ledger.act(HOUSE) as act:
                act.tell_all((str(word.actor), word.event) for word in words)
            with self._guard:
                for _ in words:
                    self._waiting.popleft()
                self._failure = None

    def stop(self) -> None:
        """End, and write what waits; raises as ``write``."""
        self._is_stopped.set()
        with self._guard:
            self._guard.notify()
        if self._thread.ident is not None:
            self._thread.join()
        self.write()

    def _run(self) -> None:
        while not self._is_stopped.is_set():
            with self._guard:
                self._guard.wait_for(lambda: self._waiting or self._is_stopped.is_set())
            self._is_stopped.wait(_GATHER_SECONDS)
            self._try()

    def _try(self) -> None:
        try:
            self.write()
        except FederationError as error:
            if self._failure is None:
                _log.error("readings.failed", extra={"facts": {"why": error.sentence, "waiting": len(self._waiting)}})
            with self._guard:
                self._failure = error
            self._is_stopped.wait(_AGAIN_SECONDS)
