"""Follows the record of acts and brings what they say to MLflow: the rows are the truth, MLflow is made of them.

It holds nothing of the director's while it waits for MLflow, and the director never waits for it.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from sqlalchemy.orm import Session

from contract.names import TaskName
from director.errors import OperatorError, TrackerConflictError, TrackerError
from director.records import audit
from director.records.database import Database
from director.records.events import Told
from director.tasks.catalogue import Catalogue
from director.tracking.mlflow_store import MlflowStore, Place
from director.tracking.projector import Projector, begin_of
from director.tracking.tracked import Projection
from director.tracking.turns import turn

_log = logging.getLogger(__name__)

READ_AT_ONCE = 500
LOOK_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 60.0
_MOST_DOUBLINGS = 30


class TrackingFollower:
    """Follows the record.

    Args:
        database: The rows.
        catalogue: The tasks of this federation.
        store: Where it brings what they say.
        name: What the federation is called there.
        lock: The file by which one tracker of this federation waits for another.
    """

    def __init__(self, database: Database, catalogue: Catalogue, store: MlflowStore, name: str, lock: Path) -> None:
        self._database, self._catalogue, self._store, self._lock = database, catalogue, store, lock
        self.name = name
        self._places: dict[TaskName, int] = {}
        self._noted: dict[TaskName, Place] = {}
        """What MLflow said last of how far it was brought; a place is further on where there was nothing to tell."""

    def catch_up(self) -> None:
        """Bring there all that was told and is not there yet.

        Raises:
            OperatorError: MLflow is away, or the database; what was taken stays there, and the rest is told again.
            TrackerConflictError: What is there was made of another record.
        """
        with turn(self._lock):
            self._bring()

    def rebuild(self) -> None:
        """Delete what is there, and make it anew from the record."""
        with turn(self._lock):
            for task in self._catalogue:
                self._store.forget(task)
            self._places.clear()
            self._bring()

    def follow(self, stopped: threading.Event, say: Callable[[str], None]) -> None:
        """Bring there what is told from now on, until stopped; where MLflow is away, try again and again.

        Args:
            stopped: Set from another thread.
            say: Takes a sentence when MLflow goes away, and when it is back.
        """
        counter = self._database.change_counter()
        seen, failures = None, 0
        try:
            while not stopped.wait(_wait_seconds(failures)):
                try:
                    value = counter.value()
                    if value == seen:
                        continue
                    self.catch_up()
                except TrackerConflictError:
                    raise  # a person has to say which counts
                except OperatorError as error:
                    failures += 1
                    if failures == 1:
                        _log.warning("tracking.away", exc_info=True, extra={"facts": {"why": error.sentence}})
                        say(f"{error.sentence} {error.hint}")
                    continue
                if failures:
                    _log.info("tracking.back", extra={"facts": {"tries": failures}})
                    say("MLflow has taken all that was missing.")
                seen, failures = value, 0
        finally:
            counter.close()

    def _bring(self) -> None:
        with self._database.read() as session:
            self._catalogue.refresh(session)
        for task in self._catalogue:
            try:
                while self._goes_on(task):
                    pass
            except OperatorError:
                self._places.clear()  # it says itself how far it came
                raise

    def _goes_on(self, task: TaskName) -> bool:
        """Bring a stretch there; tells whether there may be more."""
        if task not in self._places:
            self._noted[task] = self._found_place(task)
            self._places[task] = self._noted[task].seq
        with self._database.read() as session:
            told = audit.told_after(session, self._places[task], READ_AT_ONCE)
            if not told:
                return False
            projection = Projector(session, self._catalogue, task).project(told)
            place = Place(told[-1].seq, audit.digest_at(session, told[-1].seq))
        if not projection.is_empty:
            if not self._is_where_it_was(task):
                return True
            self._hold(projection, place.seq)
            self._store.move(task, place)
            self._noted[task] = place
        self._places[task] = place.seq
        return len(told) == READ_AT_ONCE

    def _is_where_it_was(self, task: TaskName) -> bool:
        """Ask MLflow how far it was brought: from there on it is told, wherever this process believes it to be."""
        before, now = self._noted[task], self._found_place(task)
        if now == before:
            return True
        if now.seq < before.seq:
            raise TrackerError(
                "MLflow knows less than it was told: it was restored from a backup, or is being made anew.",
                hint="Nothing needs to be done: what it has lost is told again.",
            )
        self._noted[task], self._places[task] = now, now.seq  # another tracker brought it on
        return False

    def _hold(self, projection: Projection, until: int) -> None:
        for tries in count():
            lost = self._store.hold(projection)
            if not lost:
                return
            if tries:
                raise TrackerError(
                    f"MLflow does not keep what it is told: {', '.join(lost)}.", hint="Who deletes runs there?"
                )
            for family in lost:
                self._store.hold(self._whole(projection.task, family, until))

    def _whole(self, task: TaskName, family: str, until: int) -> Projection:
        """Go through all that was told of one family."""
        with self._database.read() as session:
            told = _told_between(session, begin_of(session, task, family), until)
            return Projector(session, self._catalogue, task).project(told, only=family, is_whole=True)

    def _found_place(self, task: TaskName) -> Place:
        place = self._store.place(task)
        if place.seq:
            with self._database.read() as session:
                here = audit.digest_at(session, place.seq)
            if here != place.digest:
                raise TrackerConflictError(
                    "What is in MLflow was made of another record than this federation's is now: a backup was "
                    "restored, or a copy of the data folder is tracked too.",
                    hint="Look which one counts; to make MLflow anew from this record: fl-director track --rebuild",
                )
        return place


def _wait_seconds(failures: int) -> float:
    return min(2.0 ** min(failures - 1, _MOST_DOUBLINGS), LONGEST_WAIT_SECONDS) if failures else LOOK_SECONDS


def _told_between(session: Session, first: int, last: int) -> Iterator[Told]:
    place = first - 1
    while told := audit.told_after(session, place, READ_AT_ONCE):
        for each in told:
            if each.seq > last:
                return
            yield each
        place = told[-1].seq
