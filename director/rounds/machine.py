"""The round machine: does whatever is due, one transition after the other, until nothing is.

It holds nothing in memory: what is due follows from the rows and the time, so that it goes on from any instant at which
it was cut off, in whichever process asks first. Several may ask at once: each transition looks again under the write
lock, and a round has one closing and one version by the tables' own constraints.
"""

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.errors import FederationError
from director.errors import ConflictError, DatabaseError, StorageError
from director.models import publishing
from director.models.freshness import do_count
from director.models.round_updates import UNDER_WAY, RoundUpdates
from director.models.service import Models
from director.records.actors import HOUSE
from director.records.ledger import Act, Ledger
from director.records.run_schema import RoundRow, RunRow
from director.records.schema import GlobalModelRow
from director.rounds import transitions
from director.rounds.deadlines import answers_of, returns_of
from director.rounds.quiescence import is_quiet
from director.tasks.catalogue import Catalogue
from director.tasks.publications import current_global_model, published
from director.tasks.service import Tasks

_log = logging.getLogger(__name__)

_DEFINED_ANEW = "The task is defined in another way than when the run was opened."

_Step = Literal["begin", "open", "close", "combine", "settle", "abandon"]


@dataclass(frozen=True)
class _Due:
    """What a run is to do, and after which of its rounds; 0: after none."""

    run: int
    step: _Step
    after: int


class Machine:
    """Moves runs on.

    Args:
        ledger: The rows.
        catalogue: The tasks of this federation.
        tasks: Whose starts rounds begin from.
        models: Combines what returned.
    """

    def __init__(self, ledger: Ledger, catalogue: Catalogue, tasks: Tasks, models: Models) -> None:
        self._ledger = ledger
        self._catalogue = catalogue
        self._tasks = tasks
        self._models = models
        self._one_at_a_time = threading.Lock()

    def advance(self) -> datetime | None:
        """Do all that is due; gives the moment at which something is due next, None: nothing is, or it can't be now."""
        with self._one_at_a_time:
            before: Sequence[_Due] = ()
            while True:
                due, updates, next_at = self._look()
                if not due:
                    return next_at
                if due == before:  # what could not be done is not tried again at once
                    return None
                for each in due:
                    self._move(each.run, updates.get(each.run))
                before = due

    def _look(self) -> tuple[Sequence[_Due], Mapping[int, RoundUpdates], datetime | None]:
        """Say what is due now, give what is to be combined, by run, and when something is due next."""
        due, updates, moments = [], {}, []
        with self._ledger.read() as session:
            now = self._ledger.clock()
            for run in _alive(session):
                last = transitions.newest_round(session, run)
                found = self._what_is_due(session, run, last, now)
                moments += _deadlines(run, last)
                if found is not None:
                    due.append(_Due(run.id, found, last.id if last is not None else 0))
                if found == "combine" and last is not None:
                    updates[run.id] = self._updates(last)
        return due, updates, min(moments, default=None)

    def _move(self, run_id: int, updates: RoundUpdates | None) -> None:
        """Make one transition."""
        try:
            if updates is not None:
                self._combine(updates)
            else:
                self._transit(run_id)
        except Exception as error:  # of one run; the others go on, and this one when it is asked again
            why = error.sentence if isinstance(error, FederationError) else str(error)
            _log.error("run.stuck", exc_info=True, extra={"facts": {"run": run_id, "why": why}})

    def _transit(self, run_id: int) -> None:
        """Do what is due, in one act."""
        with self._ledger.act(HOUSE) as act:
            run = act.session.get_one(RunRow, run_id)
            last = transitions.newest_round(act.session, run)
            match self._what_is_due(act.session, run, last, act.now):
                case "begin":
                    self._begin(act, run)
                case "open":
                    self._open(act, run, last)
                case "close" if last is not None:
                    transitions.close_due(act, last)
                case "settle" if last is not None:
                    self._settle(act, last)
                case "abandon" if last is not None and (why := self._why_in_vain(act.session, last)):
                    transitions.fail_round(act, last, why)

    def _what_is_due(self, session: Session, run: RunRow, last: RoundRow | None, now: datetime) -> _Step | None:
        if last is not None and last.state in UNDER_WAY:
            if last.state != "waiting" and self._why_in_vain(session, last) is not None:
                return "abandon"
            match last.state:
                case "collecting":
                    return "close" if returns_of(last).due(now) else None
                case "aggregating":
                    return "combine"
                case _:
                    return None if self._still_waits(session, last) else "settle"
        if is_quiet(session):
            return None
        if run.state == "inviting":
            return "begin" if answers_of(run).due(now) else None
        return "open" if run.state == "running" else None

    def _begin(self, act: Act, run: RunRow) -> None:
        """Open the first round once who takes part is known, from a start that all their statistics have moved."""
        answers = answers_of(run)
        if answers.due(act.now) == "give_up":
            transitions.pause(act, run, f"{len(answers.come)} hospitals take part; the quorum is {run.quorum}.")
            return
        run.state = "running"
        self._open(act, run, None)

    def _open(self, act: Act, run: RunRow, last: RoundRow | None) -> None:
        task = self._catalogue.get(run.task)
        if task is None or task.digest != run.task_digest:
            transitions.pause(act, run, _DEFINED_ANEW)
            return
        if last is None:
            self._tasks.move_start(act, task)
        transitions.open_round(act, task, run, last)

    def _settle(self, act: Act, row: RoundRow) -> None:
        """Go on from a version that waited: it is the current one now, or another one is."""
        version, current = transitions.version_of_round(act.session, row), published(act.session, row.run.task)
        if version is not None and current is not None and current.id == version.id:
            transitions.publish_round(act, row, version)
            self._go_on(act, row)
        elif version is not None and publishing.is_waiting(act.session, version):
            transitions.fail_round(act, row, "An update that its version was made from does not count any more.")
        else:
            transitions.fail_round(act, row, "Another version became the current one while its own waited.")

    def _still_waits(self, session: Session, row: RoundRow) -> bool:
        """Tell whether a round's version may still be confirmed."""
        version = transitions.version_of_round(session, row)
        if version is None or not publishing.is_waiting(session, version):
            return False
        return do_count(session, [each["submission_id"] for each in version.inputs])

    def _why_in_vain(self, session: Session, row: RoundRow) -> str | None:
        """Say why a round can give no version any more: what it is trained from, or learns, is not what holds now."""
        task = self._catalogue.get(row.run.task)
        if task is None or task.digest != row.run.task_digest:
            return _DEFINED_ANEW
        current = current_global_model(session, task)
        if (current.version if current is not None else None) != row.start.global_version:
            return "Another version became the current one while this round was under way."
        return None

    def _updates(self, row: RoundRow) -> RoundUpdates:
        round_id = row.id

        def kept(act: Act, version: GlobalModelRow, is_published: bool) -> None:
            again = act.session.get_one(RoundRow, round_id)
            if again.state != "aggregating":
                raise ConflictError("The round ended while its updates were combined.", hint="See GET /rounds/{n}.")
            transitions.keep_version(act, again, version, is_published=is_published)
            if is_published:
                self._go_on(act, again)

        return RoundUpdates(
            round_id=round_id,
            task=row.run.task,
            start_id=row.start_id,
            base=row.start.base,
            parent=row.start.global_version,
            submissions=[each.submission_id for each in row.contributions],
            quorum=row.run.quorum,
            strategy=row.run.strategy,
            parameters=row.run.parameters,
            kept=kept,
        )

    def _combine(self, updates: RoundUpdates) -> None:
        """Combine what returned; where that can't be, the round has failed, and says why."""
        try:
            self._models.combine_round(updates)
        except (StorageError, DatabaseError):  # of the machine: it is tried again
            raise
        except FederationError as error:
            with self._ledger.act(HOUSE) as act:
                row = act.session.get_one(RoundRow, updates.round_id)
                if row.state == "aggregating":
                    transitions.fail_round(act, row, error.sentence, error.hint)

    def _go_on(self, act: Act, last: RoundRow) -> None:
        """Open the next round in the act that ended the last one, where nothing speaks against it."""
        if last.run.state == "running" and not is_quiet(act.session):
            self._open(act, last.run, last)


def _alive(session: Session) -> Sequence[RunRow]:
    """Give the runs of which something may become due: also a paused one, while its last round is under way."""
    in_rounds = select(RoundRow.run_id).where(RoundRow.state.in_(UNDER_WAY))
    is_alive = RunRow.state.in_(("inviting", "running")) | RunRow.id.in_(in_rounds)
    return session.scalars(select(RunRow).where(is_alive).order_by(RunRow.id)).unique().all()


def _deadlines(run: RunRow, last: RoundRow | None) -> list[datetime]:
    if last is not None and last.state == "collecting":
        return [last.closes_at]
    return [answers_of(run).ends_at] if run.state == "inviting" else []
