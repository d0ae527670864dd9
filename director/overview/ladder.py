"""How far each hospital is in a round: invited, training, sent, judged, counted; or out, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from contract.messages.overview import LadderRung, LadderStep, RoundLadder
from director.members.access import ADMIN, Principal
from director.members.presence import Presence
from director.overview.reasons import why_failed
from director.records.run_schema import ContributionRow, InvitationRow, RoundRow
from director.records.schema import GlobalModelRow, SubmissionRow
from director.records.verdicts import ADMITTED
from director.rounds.deadlines import returns_of


@dataclass(frozen=True)
class _Round:
    """A round with what became of what returned in it.

    Args:
        row: The round.
        awaited: Whose update it waits for.
        returned: Hospital → its update.
        judged: Submission → its verdict and checks.
        made: When the round's version was made; None: there is none.
        counted: The submissions that went into it.
        reasons: Submission → why it did not.
        sending: Hospital, folded → when a part of an upload came last.
        presence: When each was last seen.
    """

    row: RoundRow
    awaited: frozenset[int]
    returned: Mapping[int, ContributionRow]
    judged: Mapping[str, Row[Any]]
    made: datetime | None
    counted: frozenset[str]
    reasons: Mapping[str, str | None]
    sending: Mapping[str, datetime]
    presence: Presence


def ladder_of(
    session: Session, row: RoundRow, caller: Principal, presence: Presence, sending: Mapping[str, datetime]
) -> RoundLadder:
    """Show a round's ladder; of other hospitals a hospital learns what a round tells it anyway, and no more."""
    known = _read(session, row, presence, sending)
    invited = sorted(row.run.invitations, key=lambda each: each.envoy.folded_name)
    return RoundLadder(
        n=row.id,
        run=row.run_id,
        number=row.number,
        attempt=row.attempt,
        state=row.state,
        closes_at=row.closes_at,
        rungs=[
            _rung(known, each) if caller.role == ADMIN or each.envoy.name == caller.envoy_name else _told(known, each)
            for each in invited
        ],
    )


def _read(session: Session, row: RoundRow, presence: Presence, sending: Mapping[str, datetime]) -> _Round:
    submissions = [each.submission_id for each in row.contributions]
    verdicts = select(SubmissionRow.id, SubmissionRow.verdict, SubmissionRow.checks)
    judged = {each.id: each for each in session.execute(verdicts.where(SubmissionRow.id.in_(submissions)))}
    parts = (GlobalModelRow.created_at, GlobalModelRow.inputs, GlobalModelRow.standing, GlobalModelRow.quarantined)
    version = session.execute(select(*parts).where(GlobalModelRow.round_id == row.id)).first()
    left_out = [*version.standing, *version.quarantined] if version is not None else []
    return _Round(
        row=row,
        awaited=returns_of(row).awaited if row.closing is None else frozenset(),
        returned={each.envoy_id: each for each in row.contributions},
        judged=judged,
        made=version.created_at if version is not None else None,
        counted=frozenset(each["submission_id"] for each in version.inputs) if version is not None else frozenset(),
        reasons={each["submission_id"]: each.get("reason") or why_failed(each.get("checks", ())) for each in left_out},
        sending=sending,
        presence=presence,
    )


def _rung(known: _Round, invited: InvitationRow) -> LadderRung:
    """Give all there is to know of a hospital's rung."""
    update = known.returned.get(invited.envoy_id)
    step, since, reason = _without_update(known, invited) if update is None else _with_update(known, update)
    judged = known.judged.get(update.submission_id) if update is not None else None
    return LadderRung(
        envoy_name=invited.envoy.name,
        step=step,
        since=since,
        last_seen_at=known.presence.last_seen(invited.envoy),
        is_silent=known.presence.is_silent(invited.envoy),
        submission_id=update.submission_id if update is not None else None,
        verdict=judged.verdict if judged is not None else None,
        reason=reason,
    )


def _with_update(known: _Round, update: ContributionRow) -> tuple[LadderStep, datetime, str | None]:
    judged = known.judged[update.submission_id]
    if update.submission_id in known.counted:
        return "counted", known.made or update.returned_at, None
    if known.made is not None:
        reason = known.reasons.get(update.submission_id) or why_failed(judged.checks)
        return "left_out", known.made, reason
    if judged.verdict != ADMITTED:
        return "left_out", update.returned_at, why_failed(judged.checks)
    return "judged", update.returned_at, None


def _without_update(known: _Round, invited: InvitationRow) -> tuple[LadderStep, datetime | None, str | None]:
    row, envoy = known.row, invited.envoy
    if invited.choice == "refuse":
        return "refused", invited.answered_at, invited.reason
    if envoy.disabled_at is not None:
        return "refused", envoy.disabled_at, "It is disabled."
    if invited.envoy_id not in known.awaited:
        return "missed", row.closing.closed_at if row.closing is not None else None, None
    if invited.choice is None:
        return "invited", row.run.opened_at, None
    came = known.sending.get(envoy.folded_name)
    if came is not None and came >= row.opened_at:
        return "sent", came, None
    return "training", max(row.opened_at, invited.answered_at or row.opened_at), None


def _told(known: _Round, invited: InvitationRow) -> LadderRung:
    """Give what a round tells every hospital: who has returned, who is awaited, and whom its version names."""
    update = known.returned.get(invited.envoy_id)
    step: LadderStep
    if update is not None:
        step = "counted" if update.submission_id in known.counted else "judged"
    elif invited.envoy_id in known.awaited:
        step = "training"
    else:
        step = "refused" if known.row.closing is None else "missed"
    return LadderRung(envoy_name=invited.envoy.name, step=step, since=None, last_seen_at=None, is_silent=False)
