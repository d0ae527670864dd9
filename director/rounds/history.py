"""The rounds of a run in short, with how the hospitals did in each: one query, however many rounds there are."""

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from contract.messages.runs import RoundSummary
from contract.metrics import summarise
from director.records.run_schema import RoundClosingRow, RoundRow, RunRow
from director.records.schema import GlobalModelRow


def history_of(session: Session, run: RunRow, most: int) -> list[RoundSummary]:
    """Summarise the newest rounds of a run, at most so many, oldest first; each attempt is one."""
    columns = (
        RoundRow.number,
        RoundRow.id.label("n"),
        RoundRow.attempt,
        RoundRow.state,
        RoundClosingRow.closed_at,
        GlobalModelRow.version.label("global_version"),
        GlobalModelRow.metrics,
        GlobalModelRow.held_out,
    )
    of_run = (
        select(*columns)
        .outerjoin(RoundClosingRow, RoundClosingRow.round_id == RoundRow.id)
        .outerjoin(GlobalModelRow, GlobalModelRow.round_id == RoundRow.id)
        .where(RoundRow.run_id == run.id)
    )
    newest = session.execute(of_run.order_by(RoundRow.id.desc()).limit(most)).all()
    return [_summary(each) for each in reversed(newest)]


def _summary(row: Row[Any]) -> RoundSummary:
    found = dict(row._mapping)
    summary = summarise((found.pop("metrics") or {}).values())
    return RoundSummary(**found, hospitals=summary.n, mean=dict(summary.mean), worst=dict(summary.worst))
