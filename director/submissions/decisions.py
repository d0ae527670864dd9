"""Verdicts that change after arrival: quarantine by the gate, a person's release or reject. Each is put on record.

One way for a hospital's models and for its statistics. Changes rows; what shows and merges them is told elsewhere.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from contract.messages import Check, Decision
from director.errors import ConflictError
from director.records import audit
from director.records.schema import StatisticsRow, SubmissionRow

ADMITTED, QUARANTINED, REJECTED = "admitted", "quarantined", "rejected"

GATE = "director:gate"
"""How the record names the gate where nobody asked it to speak."""

Judged = SubmissionRow | StatisticsRow


class Decide(Protocol):
    """``release`` or ``reject``."""

    def __call__(self, session: Session, row: Judged, reason: str, *, now: datetime, actor: str) -> None:
        """Decide about a row."""


def may_be_quarantined(row: Judged) -> bool:
    """Tell whether the gate may still speak: not once a person has."""
    return row.decision is None and row.verdict != REJECTED


def judge(session: Session, row: Judged, checks: Sequence[Check], *, now: datetime, actor: str) -> None:
    """Quarantine a row whose checks against the other hospitals failed, or let it count again; keep the checks.

    They take the place of earlier checks of the same names. Only a change of the verdict goes on record.
    """
    names = {check.name for check in checks}
    kept = [check for check in row.checks if check["name"] not in names]
    row.checks = kept + [check.model_dump(mode="json") for check in checks]
    verdict = ADMITTED if all(check.passed for check in checks) else QUARANTINED
    if verdict == row.verdict:
        return
    row.verdict = verdict
    failed = [check.name for check in checks if not check.passed]
    _record(session, row, "quarantine" if failed else "admit", now=now, actor=actor, failed=failed)


def release(session: Session, row: Judged, reason: str, *, now: datetime, actor: str) -> None:
    """Let a quarantined row count: the gate's later findings about it are shown, but hold it back no more.

    Raises:
        ConflictError: It is not in quarantine.
    """
    if row.verdict != QUARANTINED:
        raise _refused(row, "released", "Only what is in quarantine can be released.")
    row.verdict = ADMITTED
    _decide(session, row, Decision(verdict="released", reason=reason, by=actor, decided_at=now))


def reject(session: Session, row: Judged, reason: str, *, now: datetime, actor: str) -> None:
    """Take a row out for good, from quarantine or from what counts.

    Raises:
        ConflictError: It is rejected already.
    """
    if row.verdict == REJECTED:
        raise _refused(row, "rejected", "It is out already: let the hospital send a new one.")
    row.verdict = REJECTED
    _decide(session, row, Decision(verdict="rejected", reason=reason, by=actor, decided_at=now))


def _decide(session: Session, row: Judged, decision: Decision) -> None:
    row.decision = decision.model_dump(mode="json")
    act = "release" if decision.verdict == "released" else "withdraw"
    _record(session, row, act, now=decision.decided_at, actor=decision.by, reason=decision.reason)


def _record(session: Session, row: Judged, act: str, *, now: datetime, actor: str, **facts: object) -> None:
    kind, which = ("upload", {"submission": row.id}) if isinstance(row, SubmissionRow) else ("statistics", {})
    audit.record(
        session,
        at=now,
        actor=actor,
        act=f"{kind}.{act}",
        subject=row.envoy.name,
        task=row.task,
        version=row.version,
        **which,
        **facts,
    )


def _refused(row: Judged, verb: str, hint: str) -> ConflictError:
    return ConflictError(
        f"Version {row.version} of {row.envoy.name} is {row.verdict} and can't be {verb}.",
        hint=hint,
        verdict=row.verdict,
    )
