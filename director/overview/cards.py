"""Open runs in one look: who has returned, who is waited for, when it closes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.messages.overview import RoundCard
from contract.names import EnvoyName
from director.members.access import ADMIN, Principal
from director.members.presence import Presence
from director.records.run_schema import InvitationRow, RoundRow, RunRow
from director.rounds.deadlines import answers_of, returns_of

_OPEN = ("inviting", "running", "paused")


@dataclass(frozen=True)
class OpenRun:
    """A run that is not over.

    Args:
        row: The run.
        last: Its newest round; None: none was opened yet.
    """

    row: RunRow
    last: RoundRow | None

    @cached_property
    def awaited(self) -> frozenset[int]:
        """Whose update, or else whose answer, is waited for."""
        if self.last is None:
            return answers_of(self.row).awaited
        return returns_of(self.last).awaited if self.last.closing is None else frozenset()


def open_runs(session: Session) -> Sequence[OpenRun]:
    """Give every run that is not over, oldest first."""
    runs = session.scalars(select(RunRow).where(RunRow.state.in_(_OPEN)).order_by(RunRow.id)).unique().all()
    newest = select(func.max(RoundRow.id)).where(RoundRow.run_id.in_([run.id for run in runs]))
    rounds = session.scalars(select(RoundRow).where(RoundRow.id.in_(newest.group_by(RoundRow.run_id)))).unique()
    last = {row.run_id: row for row in rounds}
    return [OpenRun(run, last.get(run.id)) for run in runs]


def card_of(found: OpenRun, caller: Principal, presence: Presence) -> RoundCard:
    """Turn an open run into the card; a hospital learns of silence and of missing answers its own alone."""
    run, last = found.row, found.last
    awaited = [each for each in run.invitations if each.envoy_id in found.awaited]
    own = [each for each in awaited if caller.role == ADMIN or each.envoy.name == caller.envoy_name]
    closes_at = None
    if last is None and run.state == "inviting":
        closes_at = answers_of(run).ends_at
    elif last is not None and last.closing is None:
        closes_at = last.closes_at
    return RoundCard(
        run=run.id,
        run_state=run.state,
        task=run.task,
        strategy=run.strategy,
        rounds=run.rounds,
        number=last.number if last is not None else None,
        n=last.id if last is not None else None,
        attempt=last.attempt if last is not None else None,
        state=last.state if last is not None else None,
        reason=(last.reason if last is not None else None) or run.reason,
        invited=len(run.invitations),
        quorum=run.quorum,
        returned=sorted_names(each.envoy.name for each in last.contributions) if last is not None else [],
        awaited=_names(awaited if last is not None else own),
        silent=_names(each for each in own if presence.is_silent(each.envoy)),
        opened_at=last.opened_at if last is not None else run.opened_at,
        closes_at=closes_at,
        closes_in_seconds=max(0.0, (closes_at - presence.now).total_seconds()) if closes_at is not None else None,
    )


def sorted_names(names: Iterable[EnvoyName]) -> list[EnvoyName]:
    """Give names in the order of lists."""
    return sorted(names, key=lambda name: name.folded)


def _names(rows: Iterable[InvitationRow]) -> list[EnvoyName]:
    return sorted_names(row.envoy.name for row in rows)
