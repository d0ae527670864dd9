"""Moves the rounds on while the director serves: when something was done, at each deadline, and now and then anyway."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from director.clock import Clock
from director.models.events import BegunAnew, ModelPublished
from director.records.events import Event, UnreadEvent
from director.rounds.board import Board
from director.rounds.events import UpdateRefused, UpdateReturned

_log = logging.getLogger(__name__)

_LONGEST_SECONDS = 5.0
"""What could not be done is tried again after so long; and a clock that was set shall not matter for longer."""


class Conductor:
    """A thread that lets the machine do what is due.

    Args:
        advance: Does it; gives the moment at which something is due next.
        board: What concerns it concerns the machine.
        clock: The time.
    """

    def __init__(self, advance: Callable[[], datetime | None], board: Board, clock: Clock) -> None:
        self._advance = advance
        self._board = board
        self._clock = clock
        self._is_told = threading.Event()
        self._is_ending = False
        self._thread = threading.Thread(target=self._run, name="conductor", daemon=True)

    def concerns(self, event: Event) -> bool:
        """Tell whether an event may have made something due."""
        if isinstance(event, UpdateReturned | UpdateRefused):  # the last one that was missing closes the round itself
            return False
        return self._board.concerns(event) or isinstance(event, ModelPublished | BegunAnew | UnreadEvent)

    def refresh(self, session: Session) -> None:
        """Look at once what is due."""
        self._is_told.set()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after what is being done; one that never began has nothing to end."""
        self._is_ending = True
        self._is_told.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        pause = 0.0
        while not self._is_ending:
            self._is_told.wait(pause)
            self._is_told.clear()
            if self._is_ending:
                return
            pause = _LONGEST_SECONDS
            try:
                due = self._advance()
                if due is not None:
                    pause = min(pause, max(0.0, (due - self._clock()).total_seconds()))
            except Exception:  # whatever it trips over, the director goes on serving and tries again
                _log.exception("conductor.failed")
