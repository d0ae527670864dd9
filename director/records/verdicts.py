"""Verdicts that change after arrival: quarantine by the gate, a person's release or reject.

One way for a hospital's models and for its statistics. Changes rows; each stage tells what it was.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from contract.messages.base import Verdict
from contract.messages.decisions import Decision
from contract.messages.problems import Check
from director.errors import ConflictError
from director.records.schema import StatisticsRow, SubmissionRow

ADMITTED: Verdict = "admitted"
QUARANTINED: Verdict = "quarantined"
REJECTED: Verdict = "rejected"

OUT: frozenset[Verdict] = frozenset((REJECTED,))
"""Verdicts that end it: what has one counts no more, and an earlier version may count instead."""

GATE = "director:gate"
"""How the record names the gate where nobody asked it to speak."""

Judged = SubmissionRow | StatisticsRow
Choice = Literal["released", "rejected"]

_REFUSED = {
    "released": "Only what is in quarantine can be released.",
    "rejected": "It is out already: let the hospital send a new one.",
}


def may_be_quarantined(row: Judged) -> bool:
    """Tell whether the gate may still speak: not once a person has."""
    return row.decision is None and row.verdict not in OUT


def follow_checks(row: Judged, checks: Sequence[Check]) -> bool:
    """Quarantine a row whose checks against the other hospitals failed, or let it count again; keep the checks.

    They take the place of earlier checks of the same names.

    Returns:
        Whether the verdict is another one now.
    """
    names = {check.name for check in checks}
    kept = [check for check in row.checks if check["name"] not in names]
    row.checks = kept + [check.model_dump(mode="json") for check in checks]
    before, row.verdict = row.verdict, ADMITTED if all(check.passed for check in checks) else QUARANTINED
    return row.verdict != before


def require_decidable(row: Judged, choice: Choice) -> None:
    """Refuse what can't be decided so, as the row is now.

    Raises:
        ConflictError: What shall be released is not in quarantine, or what shall be rejected is out already.
    """
    if (row.verdict != QUARANTINED) if choice == "released" else (row.verdict in OUT):
        raise ConflictError(
            f"Version {row.version} of {row.envoy.name} is {row.verdict} and can't be {choice}.",
            hint=_REFUSED[choice],
            verdict=row.verdict,
        )


def decide(row: Judged, choice: Choice, reason: str, *, by: str, at: datetime) -> None:
    """Let a quarantined row count, whatever the gate finds later; or take a row out for good, wherever it was.

    Raises:
        ConflictError: As ``require_decidable``.
    """
    require_decidable(row, choice)
    row.verdict = ADMITTED if choice == "released" else REJECTED
    row.decision = Decision(verdict=choice, reason=reason, by=by, decided_at=at).model_dump(mode="json")
