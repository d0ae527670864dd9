"""Runs and rounds as messages, as far as who asks may know them."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.messages.base import Page
from contract.messages.runs import InvitedHospital, RoundDescription, Run
from contract.names import EnvoyName, TaskName
from director.errors import NotFoundError
from director.members.access import ADMIN, Principal
from director.records.paging import EVERYTHING, Span, page_of
from director.records.run_schema import InvitationRow, RoundRow, RunRow
from director.rounds.deadlines import returns_of
from director.rounds.returns import has_changed
from director.rounds.stopping import best_of, scores_of
from director.rounds.transitions import newest_round, version_of_round


def run_with_id(session: Session, run_id: int) -> RunRow:
    """Find a run.

    Raises:
        NotFoundError: There is none of that number.
    """
    row = session.get(RunRow, run_id)
    if row is None:
        raise NotFoundError(f"There is no run {run_id}.", hint="See GET /runs.")
    return row


def round_with_id(session: Session, n: int) -> RoundRow:
    """Find a round.

    Raises:
        NotFoundError: There is none of that number.
    """
    row = session.get(RoundRow, n)
    if row is None:
        raise NotFoundError(f"There is no round {n}.", hint="See GET /runs.")
    return row


def list_runs(
    session: Session,
    caller: Principal,
    task: TaskName | None,
    *,
    limit: int,
    cursor: str | None,
    span: Span = EVERYTHING,
) -> Page[Run]:
    """Give a page of the runs, newest first."""
    query = select(RunRow)
    if task is not None:
        query = query.where(RunRow.task == task)
    return page_of(
        session,
        query,
        (RunRow.id,),
        lambda row: describe_run(session, row, caller),
        limit=limit,
        cursor=cursor,
        newest_first=True,
        at=RunRow.opened_at,
        span=span,
    )


def describe_run(session: Session, row: RunRow, caller: Principal) -> Run:
    """Turn a run into the message; of other hospitals' answers a hospital learns nothing."""
    published = select(func.count()).where(RoundRow.run_id == row.id, RoundRow.state == "published")
    last = newest_round(session, row)
    return Run(
        id=row.id,
        task=row.task,
        state=row.state,
        reason=row.reason,
        rounds=row.rounds,
        published=session.scalar(published) or 0,
        quorum=row.quorum,
        deadline_seconds=row.deadline_seconds,
        strategy=row.strategy,
        parameters=row.parameters,
        late=row.late,
        seed=row.seed,
        patience=row.patience,
        best_version=best_of(scores_of(session, row)),
        hospitals=[_as_seen_by(caller, each) for each in _by_name(row.invitations)],
        current=describe_round(session, last, caller) if last is not None else None,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
    )


def describe_round(session: Session, row: RoundRow, caller: Principal) -> RoundDescription:
    """Turn a round into the message; whose patients changed is for the admin and that hospital."""
    names = {each.envoy_id: each.envoy.name for each in row.run.invitations}
    awaited = returns_of(row).awaited if row.closing is None else frozenset[int]()
    places = {each.envoy_id: each for each in row.run.invitations}
    changed = [each.envoy.name for each in row.contributions if has_changed(places.get(each.envoy_id), each.cohort)]
    version = version_of_round(session, row)
    return RoundDescription(
        n=row.id,
        run=row.run_id,
        number=row.number,
        attempt=row.attempt,
        task=row.run.task,
        state=row.state,
        reason=row.reason,
        details=row.details if caller.role == ADMIN else None,
        base=row.start.base,
        model_sha256=row.start.model_sha256,
        scaler_sha256=row.start.scaler_sha256,
        opened_at=row.opened_at,
        closes_at=row.closes_at,
        closed_at=row.closing.closed_at if row.closing is not None else None,
        returned=_sorted(each.envoy.name for each in row.contributions),
        awaited=_sorted(names[each] for each in awaited),
        changed_cohorts=_sorted(name for name in changed if caller.role == ADMIN or name == caller.envoy_name),
        global_version=version.version if version is not None else None,
    )


def _as_seen_by(caller: Principal, row: InvitationRow) -> InvitedHospital:
    if caller.role != ADMIN and row.envoy.name != caller.envoy_name:
        return InvitedHospital(envoy_name=row.envoy.name, choice=None)
    return InvitedHospital(
        envoy_name=row.envoy.name,
        choice=row.choice,
        reason=row.reason,
        patients=row.patients,
        answered_at=row.answered_at,
    )


def _by_name(rows: Iterable[InvitationRow]) -> list[InvitationRow]:
    return sorted(rows, key=lambda row: row.envoy.folded_name)


def _sorted(names: Iterable[EnvoyName]) -> list[EnvoyName]:
    return sorted(names, key=lambda name: name.folded)
