"""What waits for a person, the most urgent first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain

from sqlalchemy.orm import Session

from contract.messages.overview import Matter, MatterKind
from director.members.access import ADMIN, Principal
from director.overview.cards import OpenRun
from director.overview.held_back import quarantined_statistics, quarantined_submissions, waiting_versions
from director.overview.lapsing import broken_audit, ending_tokens, never_joined, old_backup, short_disk
from director.overview.proposed import open_proposals
from director.overview.stopped import stopped_runs
from director.tasks.catalogue import Catalogue

MOST = 200
"""So many are told."""

BY_URGENCY: Sequence[MatterKind] = (
    "audit_broken",
    "disk_short",
    "round_failed",
    "run_paused",
    "submission_quarantined",
    "statistics_quarantined",
    "version_waiting",
    "proposal_open",
    "token_ends",
    "hospital_not_joined",
    "backup_old",
)
"""What holds up others comes first."""


@dataclass(frozen=True)
class Patience:
    """How long things may last before somebody is told.

    Args:
        silent_after: A hospital that was not seen for longer is silent.
        code: A hospital has so long to join.
        backup: The newest backup may be so old.
        free_bytes: So much must be free on the data folder's disk.
    """

    silent_after: timedelta
    code: timedelta
    backup: timedelta
    free_bytes: int


class Matters:
    """Finds what waits for a person.

    Args:
        catalogue: The tasks of this federation.
        patience: How long things may last before somebody is told.
        free_bytes: Says how much is free on the data folder's disk.
    """

    def __init__(self, catalogue: Catalogue, patience: Patience, free_bytes: Callable[[], int]) -> None:
        self.catalogue = catalogue
        self.patience = patience
        self._free_bytes = free_bytes

    def of(
        self, session: Session, caller: Principal, runs: Sequence[OpenRun], now: datetime, most: int = MOST
    ) -> list[Matter]:
        """Give what waits for the caller: for the admin all, for a hospital its own, for an analyst nothing."""
        own, patience = caller.envoy_name, self.patience
        if caller.role != ADMIN and own is None:
            return []
        found = chain(
            quarantined_submissions(session, self.catalogue, own, most),
            quarantined_statistics(session, own, most),
            ending_tokens(session, now, own, most),
        )
        if caller.role == ADMIN:
            found = chain(
                found,
                stopped_runs(session, runs),
                waiting_versions(session, self.catalogue, most),
                open_proposals(session, now),
                never_joined(session, now, patience.code, most),
                old_backup(session, now, patience.backup),
                short_disk(self._free_bytes(), patience.free_bytes),
                broken_audit(session),
            )
        return sorted(found, key=_urgency)[:most]


def _urgency(matter: Matter) -> tuple[int, datetime]:
    """Order by what it is, then by how long it waits; of what ends, the first to end comes first."""
    moment = matter.until if matter.kind == "token_ends" else matter.since
    return BY_URGENCY.index(matter.kind), moment or datetime.max.replace(tzinfo=UTC)
