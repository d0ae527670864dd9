"""Whether the records can be used: schema, database, audit, its newest moment, the last backup. Reads, never writes."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select, text

from contract.findings import Finding, bad, examined, ok, warn
from contract.machine_findings import backwards_findings, shown_span
from contract.moments import shown_moment
from director.clock import Clock
from director.records import audit
from director.records.audit import HeadFile
from director.records.database import REVISION, Database
from director.records.schema import AuditRow
from director.upkeep.events import BackupMade

_MOST_COMPLAINTS = 3
_RESTORE = "Stop the director and restore the newest backup into a new folder: fl-director restore FOLDER"


def record_findings(database: Database, head: HeadFile, clock: Clock, backup: timedelta) -> Iterator[Finding]:
    """Look at the records of a federation.

    Args:
        database: Where they are.
        head: How far the folder knows that the audit came.
        clock: The time; looked at after the newest record is, while others write.
        backup: How old the newest backup may be.
    """
    ready = examined("database", lambda: _schema(database))
    yield from ready
    if any(each.state == "bad" for each in ready):
        return  # nothing can be read in it
    yield from examined("database", lambda: _whole(database))
    yield from examined("audit", lambda: _head(database, head))
    yield from examined("clock", lambda: _clock(database, clock))
    yield from examined("backup", lambda: _backup(database, clock(), backup))


def _schema(database: Database) -> Iterator[Finding]:
    database.check_ready()
    yield ok("database", f"it has schema {REVISION}, this version's.")


def _whole(database: Database) -> Iterator[Finding]:
    """Have SQLite look at every page, and at no index: of a large database that takes seconds."""
    with database.read() as session:
        complaints = [row for row in session.scalars(text(f"PRAGMA quick_check({_MOST_COMPLAINTS})")) if row != "ok"]
    for each in complaints:
        yield bad("database", f"it is damaged: {each}.", _RESTORE)
    if not complaints:
        yield ok("database", "SQLite finds it whole (quick_check).")


def _head(database: Database, head: HeadFile) -> Iterator[Finding]:
    """Hold the audit's end against what the folder knows of it; the whole chain is ``audit verify``'s."""
    known = head.read()
    with database.read() as session:
        newest = audit.newest_seq(session)
        holds = known is None or not known.seq or audit.digest_at(session, known.seq) == known.digest
    if known is None:
        yield ok("audit", f"{newest:,} records; no head is kept yet, serve writes it.")
    elif holds:
        yield ok("audit", f"{newest:,} records, and it holds what {head.path.name} knows of it.")
    else:
        yield bad(
            "audit",
            f"record {known.seq:,}, known to {head.path.name}, is missing or another: the audit was cut or put back.",
            "Look before anything goes on: fl-director audit verify; was an older copy put in its place?",
        )


def _clock(database: Database, clock: Clock) -> Iterator[Finding]:
    with database.read() as session:
        newest = session.scalar(select(AuditRow.at).order_by(AuditRow.seq.desc()).limit(1))
    return backwards_findings("clock", clock(), newest)


def _backup(database: Database, now: datetime, after: timedelta) -> Iterator[Finding]:
    with database.read() as session:
        made = audit.last_of(session, BackupMade.act)
    how = "fl-director backup FOLDER, on another disk; let a timer do it (docs/admin.md)."
    if made is None:
        yield warn("backup", "no backup was ever made.", how)
    elif now - made > after:
        yield warn("backup", f"the newest backup is {shown_span(now - made)} old, of {shown_moment(made)}.", how)
    else:
        yield ok("backup", f"the newest backup is of {shown_moment(made)}.")
