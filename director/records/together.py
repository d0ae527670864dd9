"""Events that many tell at the same moment, put on record together: one act instead of one each."""

import threading
from dataclasses import dataclass

from contract.errors import FederationError
from director.records.actors import HOUSE, Actor
from director.records.events import Event
from director.records.ledger import Ledger


@dataclass
class _Word:
    """What somebody has to tell, and what came of it."""

    actor: Actor
    event: Event
    failure: Exception | None = None


class Together:
    """Puts on record what is told; whoever comes while an act is written waits, and is told of in the next one.

    Args:
        ledger: The rows.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._waiting: list[_Word] = []
        self._guard = threading.Lock()
        self._writing = threading.Lock()

    def tell(self, actor: Actor, event: Event) -> None:
        """Put an event on record; it is there when this returns.

        Raises:
            UnauthenticatedError: The actor may act no more.
            StorageError: The disk takes nothing.
        """
        word = _Word(actor, event)
        with self._guard:
            self._waiting.append(word)
        with self._writing:
            with self._guard:
                words, self._waiting = self._waiting, []
            if words:
                self._write(words)
        if word.failure is not None:
            raise word.failure

    def _write(self, words: list[_Word]) -> None:
        try:
            with self._ledger.act(HOUSE) as act:
                for word in words:
                    try:
                        word.actor.require_right(act.session, act.now)
                    except FederationError as error:  # theirs alone
                        word.failure = error
                    else:
                        act.tell(word.event, actor=word.actor)
        except Exception as error:  # each of them is told
            for word in words:
                word.failure = error
