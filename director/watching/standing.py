"""How the federation stands, as figures: from one read of the rows, bounded by who takes part and what is open."""

import platform
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from importlib.metadata import version

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.messages.overview import Matter
from contract.messages.system import Storage
from contract.names import TaskName
from director.members.access import ALL, LOCAL_ADMIN
from director.members.presence import Presence, seen_at
from director.overview.cards import OpenRun, open_runs
from director.overview.matters import BY_URGENCY, Matters
from director.records import audit
from director.records.database import REVISION
from director.records.ledger import Ledger
from director.records.schema import EnvoyRow, GlobalModelRow, PublicationRow, TokenRow
from director.records.watch_schema import AlertChannelRow
from director.rounds.quiescence import is_quiet
from director.upkeep.events import BackupMade
from director.upkeep.verification import last_verification
from director.watching.acts import ActTally
from director.watching.figures import Sample

COUNTED_ANEW = timedelta(minutes=5)
"""So old may be the number of files: to count tens of thousands takes a tenth of a second."""

_ENDS: Mapping[str, Mapping[str, str]] = {
    "uploads_total": {"admitted": "upload.admit", "rejected": "upload.reject", "quarantined": "upload.quarantine"},
    "rounds_total": {"published": "round.publish", "failed": "round.fail"},
    "runs_total": {"finished": "run.finish", "closed": "run.close"},
}
"""What is counted by how it ended → the act that says so."""
_HOSPITAL_STATES = ("enrolled", "in_touch", "silent", "disabled", "withdrawn")
_RUN_STATES = ("inviting", "running", "paused")


class Standing:
    """Reads the federation's figures.

    Args:
        ledger: The rows.
        matters: What waits for a person.
        storage: Measures the data folder; takes how far the audit has come, and how old the number of files may be.
    """

    def __init__(self, ledger: Ledger, matters: Matters, storage: Callable[[int, timedelta], Storage]) -> None:
        self._ledger = ledger
        self._matters = matters
        self._storage = storage
        self._acts = ActTally()

    def samples(self) -> list[Sample]:
        """Give every figure of the federation.

        Raises:
            DatabaseError, StorageError: The database, or the data folder, can't be read.
        """
        with self._ledger.read() as session:
            records = audit.newest_seq(session)
            runs = open_runs(session)
            presence = Presence(seen_at(session), self._ledger.clock(), self._matters.patience.silent_after)
            matters = self._matters.of(session, LOCAL_ADMIN, runs, presence.now)
            rows = [
                *_of_acts(self._acts.counted(session)),
                *_of_runs(runs, [task.name for task in self._matters.catalogue.values()]),
                *_of_versions(session),
                *_of_matters(matters),
                *_of_hospitals(session, presence),
                *self._of_tokens(session),
                *_of_backups(session),
                *_of_verification(session),
                *_of_channels(session),
                Sample("is_quiet", is_quiet(session)),
            ]
        return [
            Sample("build_info", 1, (version("fl-director"), platform.python_version(), REVISION)),
            *rows,
            Sample("audit_records", records),
            *_of_storage(self._storage(records, COUNTED_ANEW)),
        ]

    def _of_tokens(self, session: Session) -> Iterator[Sample]:
        holding = select(TokenRow.role, func.count()).where(
            TokenRow.revoked_at.is_(None), TokenRow.expires_at > self._ledger.clock()
        )
        found = dict(session.execute(holding.group_by(TokenRow.role)).all())
        return (Sample("tokens", found.get(role, 0), (role,)) for role in sorted(ALL))


def _of_acts(counted: Mapping[str, int]) -> Iterator[Sample]:
    for act, number in counted.items():
        yield Sample("acts_total", number, (act,))
    for figure, acts in _ENDS.items():
        for label, act in acts.items():
            yield Sample(figure, counted[act], (label,))


def _of_runs(runs: Sequence[OpenRun], tasks: Sequence[TaskName]) -> Iterator[Sample]:
    states: Counter[str] = Counter(each.row.state for each in runs)
    for state in _RUN_STATES:
        yield Sample("runs_open", states[state], (state,))
    for task in tasks:
        own = [each for each in runs if each.row.task == task]
        taking = [each.last for each in own if each.last is not None and each.last.closing is None]
        yield Sample("rounds_open", len(taking), (task,))
        yield Sample("round_awaited", sum(len(each.awaited) for each in own), (task,))
        if taking:
            first = min(each.closes_at for each in taking)
            yield Sample("round_closes_timestamp_seconds", first.timestamp(), (task,))


def _of_versions(session: Session) -> Iterator[Sample]:
    newest = select(func.max(PublicationRow.id)).group_by(PublicationRow.task)
    query = select(GlobalModelRow.task, GlobalModelRow.version).join(PublicationRow)
    for task, number in session.execute(query.where(PublicationRow.id.in_(newest)).order_by(GlobalModelRow.task)):
        yield Sample("global_version", number, (task,))


def _of_matters(matters: Sequence[Matter]) -> Iterator[Sample]:
    kinds = Counter(each.kind for each in matters)
    return (Sample("matters", kinds[kind], (kind,)) for kind in BY_URGENCY)


def _of_hospitals(session: Session, presence: Presence) -> Iterator[Sample]:
    states: Counter[str] = Counter()
    for row in session.scalars(select(EnvoyRow).order_by(EnvoyRow.folded_name)):
        states[presence.state_of(row)] += 1
        seen = presence.last_seen(row)
        if seen is not None and row.joined_at is not None and row.disabled_at is None:
            yield Sample("hospital_last_contact_timestamp_seconds", seen.timestamp(), (row.name,))
    for state in _HOSPITAL_STATES:
        yield Sample("hospitals", states[state], (state,))


def _of_backups(session: Session) -> Iterator[Sample]:
    made_at = audit.last_of(session, BackupMade.act)
    if made_at is not None:
        yield Sample("backup_timestamp_seconds", made_at.timestamp())


def _of_verification(session: Session) -> Iterator[Sample]:
    last = last_verification(session)
    if last is not None:
        yield Sample("audit_intact", last.defect is None)
        yield Sample("audit_verified_timestamp_seconds", last.at.timestamp())


def _of_channels(session: Session) -> Iterator[Sample]:
    for row in session.scalars(select(AlertChannelRow).order_by(AlertChannelRow.name)):
        yield Sample("alert_channel_failures", row.failures, (row.name,))
        if row.sent_at is not None:
            yield Sample("alert_sent_timestamp_seconds", row.sent_at.timestamp(), (row.name,))


def _of_storage(storage: Storage) -> Iterator[Sample]:
    yield Sample("disk_free_bytes", storage.free_bytes)
    yield Sample("database_bytes", storage.database_bytes)
    yield Sample("blobs", storage.blobs)
    yield Sample("blob_bytes", storage.blob_bytes)
