"""What a run and its rounds go through: each transition one act with its event. Who asks for one holds the write lock.

collecting → aggregating → (waiting →) published, or failed with a reason. A round that failed pauses its run: whoever
resumes it has read why.
"""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.tasks import Task
from director.records.ledger import Act
from director.records.run_schema import ContributionRow, RoundClosingRow, RoundRow, RunRow
from director.records.schema import EnvoyRow, GlobalModelRow, SubmissionRow
from director.records.verdicts import OUT
from director.rounds import events
from director.rounds.deadlines import returns_of
from director.rounds.stopping import score_of, scores_of, why_over
from director.tasks.starts import the_current_start


def newest_round(session: Session, run: RunRow) -> RoundRow | None:
    """Give a run's newest round."""
    of_run = select(RoundRow).where(RoundRow.run_id == run.id)
    return session.scalars(of_run.order_by(RoundRow.id.desc()).limit(1)).unique().first()


def open_round(act: Act, task: Task, run: RunRow, last: RoundRow | None) -> RoundRow:
    """Open the next round of a run, from what is current now."""
    if last is None:
        number, attempt = 1, 1
    elif last.state == "failed":
        number, attempt = last.number, last.attempt + 1
    else:
        number, attempt = last.number + 1, 1
    start = the_current_start(act.session, task.name)
    row = RoundRow(
        run=run,
        run_id=run.id,
        number=number,
        attempt=attempt,
        state="collecting",
        reason=None,
        start=start,
        start_id=start.id,
        opened_at=act.now,
        closes_at=act.now + timedelta(seconds=run.deadline_seconds),
        score=None,
        details=None,
        closing=None,
        contributions=[],
    )
    act.session.add(row)
    act.session.flush()
    act.tell(
        events.RoundOpened(
            run=run.id,
            round=row.id,
            task=run.task,
            number=number,
            attempt=attempt,
            base=start.base,
            closes_at=row.closes_at.isoformat(),
        )
    )
    return row


def extend(act: Act, row: RoundRow, longest: timedelta) -> None:
    """Let a round whose deadline passed while the director was away wait once more as long as it would, or so long."""
    row.closes_at = act.now + min(timedelta(seconds=row.run.deadline_seconds), longest)
    act.tell(events.RoundExtended(run=row.run_id, round=row.id, closes_at=row.closes_at.isoformat()))


def close_due(act: Act, row: RoundRow) -> None:
    """Close a round whose updates are all there, or whose deadline has come, with the quorum; without it, it fails."""
    gathering = returns_of(row)
    due = gathering.due(act.now)
    if due is None:
        return
    counting = counting_returns(act.session, row)
    if due == "go_on" and counting >= row.run.quorum:
        _close_returns(act, row)
        return
    missing = ", ".join(sorted(_names(row, gathering.awaited))) or "nobody more"
    fail_round(act, row, f"{counting} of a quorum of {row.run.quorum} returned; {missing} did not.")


def counting_returns(session: Session, row: RoundRow) -> int:
    """Count the updates that returned and still count: nobody rejected them, and their hospitals are not disabled."""
    of_round = select(func.count()).select_from(ContributionRow)
    of_round = of_round.join(SubmissionRow, SubmissionRow.id == ContributionRow.submission_id)
    of_round = of_round.join(EnvoyRow, EnvoyRow.id == ContributionRow.envoy_id)
    counting = of_round.where(SubmissionRow.verdict.not_in(OUT), EnvoyRow.disabled_at.is_(None))
    return session.scalar(counting.where(ContributionRow.round_id == row.id)) or 0


def _names(row: RoundRow, envoys: frozenset[int]) -> list[str]:
    return [str(each.envoy.name) for each in row.run.invitations if each.envoy_id in envoys]


def _close_returns(act: Act, row: RoundRow) -> None:
    """Take no further update: what has returned is combined next."""
    row.closing = RoundClosingRow(round_id=row.id, closed_at=act.now)
    row.state = "aggregating"
    act.session.flush()
    gathering = returns_of(row)
    act.tell(
        events.ReturnsClosed(run=row.run_id, round=row.id, returned=len(gathering.come), awaited=len(gathering.awaited))
    )


def fail_round(act: Act, row: RoundRow, reason: str, details: str = "") -> None:
    """End a round without a version, and pause its run if it is running; the details are for the admin alone."""
    if row.closing is None:
        row.closing = RoundClosingRow(round_id=row.id, closed_at=act.now)
    row.state, row.reason, row.details = "failed", reason, details or None
    act.tell(events.RoundFailed(run=row.run_id, round=row.id, reason=reason))
    if row.run.state == "running":
        pause(act, row.run, why_paused_by(row))


def why_paused_by(failed: RoundRow) -> str:
    """Give the reason of a run that a failed round paused."""
    return f"Round {failed.number} failed: {failed.reason}"


def keep_version(act: Act, row: RoundRow, version: GlobalModelRow, *, is_published: bool) -> None:
    """Take note of the version that a round gave."""
    if is_published:
        publish_round(act, row, version)
    else:
        row.state, row.reason = "waiting", "Its version waits to be confirmed."
        act.tell(events.RoundWaits(run=row.run_id, round=row.id, version=version.version))


def publish_round(act: Act, row: RoundRow, version: GlobalModelRow) -> None:
    """Take note that a round's version is the current one; after the last round the run is finished.

    So it is where its patience is over.
    """
    row.state, row.reason, row.score = "published", None, score_of(version)
    act.tell(events.RoundPublished(run=row.run_id, round=row.id, version=version.version))
    act.session.flush()
    why = why_over(scores_of(act.session, row.run), row.run.patience) if row.run.patience else None
    if row.number >= row.run.rounds or why is not None:
        row.run.state, row.run.reason, row.run.ended_at = "finished", why, act.now
        act.tell(events.RunFinished(run=row.run_id, reason=why))


def pause(act: Act, run: RunRow, reason: str | None) -> None:
    """Open no further round; what is under way goes on to its end."""
    run.state, run.reason = "paused", reason
    act.tell(events.RunPaused(run=run.id, reason=reason))


def version_of_round(session: Session, row: RoundRow) -> GlobalModelRow | None:
    """Find the version that a round gave."""
    return session.scalars(select(GlobalModelRow).where(GlobalModelRow.round_id == row.id)).first()
