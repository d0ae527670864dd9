"""What each hospital is asked to do now, in memory: looked at by everybody who waits, without the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregation.errors import UnknownStrategyError
from aggregation.strategy import strategy_named
from contract.messages.runs import Assignment, Invitation, Work
from contract.moments import shown_moment
from contract.names import EnvoyName
from director.clock import Clock
from director.members.events import EnvoyEvent
from director.records.events import Event, UnreadEvent
from director.records.run_schema import RoundRow, RunRow
from director.rounds.deadlines import answers_of, returns_of
from director.rounds.events import QuiescenceBegan, QuiescenceEnded, RunEvent
from director.rounds.transitions import newest_round


@dataclass(frozen=True)
class _Place:
    """What one hospital finds on the board."""

    invitation: Invitation | None = None
    assignment: Assignment | None = None
    closes_at: datetime | None = None
    waits_for: str | None = None


class Board:
    """Says what hospitals are asked to do.

    Args:
        clock: The time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._places: Mapping[str, _Place] = {}

    def concerns(self, event: Event) -> bool:
        """Tell whether an event may have changed what anybody is asked to do."""
        return isinstance(event, RunEvent | EnvoyEvent | QuiescenceBegan | QuiescenceEnded | UnreadEvent)

    def refresh(self, session: Session) -> None:
        """Learn it anew, and switch to it at once."""
        places: dict[str, _Place] = {}
        open_runs = select(RunRow).where(RunRow.state.in_(("inviting", "running", "paused"))).order_by(RunRow.id)
        for run in session.scalars(open_runs).unique():
            for name, place in _places_in(session, run).items():
                if _is_better(place, places.get(name)):
                    places[name] = place
        self._places = places

    def work(self, envoy: EnvoyName) -> Work | None:
        """Say what a hospital is asked to do; None: nothing."""
        place = self._places.get(envoy.folded)
        if place is None or (place.invitation is None and place.assignment is None):
            return None
        return self._told(place)

    def idle(self, envoy: EnvoyName) -> Work:
        """Say to a hospital that is asked nothing whom everybody waits for."""
        return self._told(self._places.get(envoy.folded, _Place(waits_for="No run is open.")))

    def _told(self, place: _Place) -> Work:
        assignment = place.assignment
        if assignment is not None:  # by the director's clock: the hospital's may be wrong
            left = max(0.0, (assignment.closes_at - self._clock()).total_seconds())
            assignment = assignment.model_copy(update={"closes_in_seconds": left})
        return Work(invitation=place.invitation, assignment=assignment, waits_for=place.waits_for)


def _is_better(place: _Place, other: _Place | None) -> bool:
    """Tell what a hospital does first: it answers invitations, then it trains, the oldest run's first."""
    return other is None or _rank(place) < _rank(other)


def _rank(place: _Place) -> int:
    return 0 if place.invitation is not None else 1 if place.assignment is not None else 2


def _places_in(session: Session, run: RunRow) -> Mapping[str, _Place]:
    last = newest_round(session, run)
    is_collecting = last is not None and last.state == "collecting"
    returned = {each.envoy_id for each in last.contributions} if last is not None else set()
    waits_for = _waits_for(run, last)
    # the same for everybody, and with a thousand hospitals a thousand names long
    asked = _invitation(run)
    given = _assignment(run, last) if last is not None and is_collecting else None
    places = {}
    for each in run.invitations:
        if each.envoy.disabled_at is not None or each.choice == "refuse":
            continue
        invitation = asked if each.choice is None else None
        assignment = given if each.choice == "take_part" and each.envoy_id not in returned else None
        places[each.envoy.folded_name] = _Place(invitation, assignment, waits_for=waits_for)
    return places


def _invitation(run: RunRow) -> Invitation:
    return Invitation(
        run=run.id,
        task=run.task,
        rounds=run.rounds,
        quorum=run.quorum,
        deadline_seconds=run.deadline_seconds,
        strategy=run.strategy,
        invited=len(run.invitations),
    )


def _assignment(run: RunRow, row: RoundRow) -> Assignment:
    return Assignment(
        n=row.id,
        run=run.id,
        number=row.number,
        rounds=run.rounds,
        task=run.task,
        base=row.start.base,
        model_sha256=row.start.model_sha256,
        scaler_sha256=row.start.scaler_sha256,
        global_version=row.start.global_version,
        seed=run.seed,
        proximal=_proximal(run),
        closes_at=row.closes_at,
        closes_in_seconds=0,
        awaited=sorted(_names(run, returns_of(row).awaited), key=lambda name: name.folded),
    )


def _proximal(run: RunRow) -> float:
    try:
        return strategy_named(run.strategy, run.parameters).proximal
    except UnknownStrategyError:  # of a later version: the round itself will say so
        return 0.0


def _waits_for(run: RunRow, last: RoundRow | None) -> str:
    """Say what happens next in a run."""
    if run.state == "paused":
        return f"Run {run.id} is paused. {run.reason or ''}".strip()
    if last is None:
        missing = _said(_names(run, answers_of(run).awaited))
        return (
            f"Run {run.id} waits for an answer of {missing or 'nobody more'}; it begins at its deadline at the latest."
        )
    which = f"Round {last.number} of {run.rounds} (run {run.id})"
    if last.state == "collecting":
        missing = _said(_names(run, returns_of(last).awaited))
        return f"{which} waits for {missing}; it closes at {shown_moment(last.closes_at, seconds=True)} at the latest."
    return f"{which} is {last.state}."


def _names(run: RunRow, envoys: frozenset[int]) -> list[EnvoyName]:
    return [each.envoy.name for each in run.invitations if each.envoy_id in envoys]


def _said(names: list[EnvoyName]) -> str:
    """Name some hospitals, and say how many more there are."""
    shown = sorted(names, key=lambda name: name.folded)[:10]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
