"""Runs that go on only when a person says so."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.messages.overview import Matter
from director.overview.cards import OpenRun
from director.records.run_schema import RoundRow, RunRow
from director.records.schema import AuditRow
from director.rounds.events import RunPaused
from director.rounds.transitions import why_paused_by


def stopped_runs(session: Session, runs: Sequence[OpenRun]) -> Iterator[Matter]:
    """Give each paused run once: as a round that failed where that paused it, else as what it is."""
    paused = [each for each in runs if each.row.state == "paused"]
    newest = select(AuditRow.subject, func.max(AuditRow.at)).where(
        AuditRow.act == RunPaused.act, AuditRow.subject.in_([str(each.row.id) for each in paused])
    )
    rows = session.execute(newest.group_by(AuditRow.subject))
    since = {subject: at for subject, at in rows if at is not None}
    for each in paused:
        run, failed = each.row, each.last if each.last is not None and _was_paused_by(each.row, each.last) else None
        yield Matter(
            kind="round_failed" if failed is not None else "run_paused",
            subject=str(run.id),
            task=run.task,
            run=run.id,
            since=since.get(str(run.id), run.opened_at),
            reason=run.reason,
        )


def _was_paused_by(run: RunRow, last: RoundRow) -> bool:
    """Tell whether its newest round failed and so paused the run; one that a person paused says why they did."""
    return last.state == "failed" and run.reason == why_paused_by(last)
