"""The audit: append-only rows in the same transaction as the act, each chained to the one before by its digest."""

import json
import logging
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from contract.errors import ArtifactError, InvalidNameError
from contract.messages.audit import AuditRecord, AuditVerification, Checkpoint
from contract.messages.base import Page
from contract.messages.events import ToldEvent
from contract.names import Digest
from contract.plain_files import read_bounded
from contract.written_text import read_text
from director.errors import AuditDamagedError, NotFoundError
from director.records.chain import GENESIS, Link, Walk, content_of
from director.records.events import Event, Told, read_event
from director.records.files import replace_whole
from director.records.paging import EVERYTHING, Span, page_of
from director.records.schema import AuditRow, TokenRow

_log = logging.getLogger(__name__)

_Named = TypeVar("_Named", AuditRecord, ToldEvent)

_READ_AT_ONCE = 1000
_MAX_CHECKPOINT_BYTES = 1 << 16
_COLUMNS = ("seq", "at", "actor", "act", "subject", "facts", "previous", "digest")
_NEWEST_SEQ = select(func.max(AuditRow.__table__.c.seq))  # of the table itself: asked several times after each commit


def record(session: Session, event: Event, *, at: datetime, actor: str, after: AuditRow | None = None) -> AuditRow:
    """Write that ``actor`` did what the event says, within the caller's write transaction; gives the record.

    Args:
        session: Holds the write lock.
        event: What happened.
        at: When.
        actor: Who did it.
        after: The newest record, where the caller knows it.
    """
    row = add_record(session, event, at=at, actor=actor, after=after)
    session.flush()
    return row


def add_record(session: Session, event: Event, *, at: datetime, actor: str, after: AuditRow | None = None) -> AuditRow:
    """Do as ``record``, and leave the writing to the session: many go to the database at once."""
    last = after or session.scalars(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1)).first()
    seq, previous = (last.seq + 1, last.digest) if last else (1, GENESIS)
    row = AuditRow(
        seq=seq, at=at, actor=actor, act=event.act, subject=event.subject, facts=event.facts, previous=previous
    )
    row.digest = chained_digest(row)
    session.add(row)
    return row


def newest_seq(session: Session) -> int:
    """Give the place of the newest record; 0: there is none."""
    return session.scalar(_NEWEST_SEQ) or 0


def last_of(session: Session, act: str) -> datetime | None:
    """Give when something was done last; None: it never was."""
    query = select(AuditRow.at).where(AuditRow.act == act).order_by(AuditRow.seq.desc()).limit(1)
    return session.scalar(query)


def first_of(session: Session, act: str, subject: str) -> int | None:
    """Give the place at which something was done first to a subject; None: it never was."""
    return session.scalar(select(func.min(AuditRow.seq)).where(AuditRow.act == act, AuditRow.subject == subject))


def digest_at(session: Session, seq: int) -> Digest | None:
    """Give the digest of the record at a place; None: the audit has not come so far."""
    return session.scalar(select(AuditRow.digest).where(AuditRow.seq == seq))


def told_after(session: Session, seq: int, limit: int | None = None) -> list[Told]:
    """Give what was told after a place, in order; at most so much at once."""
    # without the digests: what is wrong with them is a verification's to say
    told = (AuditRow.seq, AuditRow.at, AuditRow.actor, AuditRow.act, AuditRow.subject, AuditRow.facts)
    rows = session.execute(select(*told).where(AuditRow.seq > seq).order_by(AuditRow.seq).limit(limit))
    return [Told(row.seq, row.at, row.actor, read_event(row.act, row.subject, row.facts)) for row in rows]


def newest_told(session: Session, acts: Collection[str] | None, most: int) -> Generator[Told]:
    """Give what was told, newest first, of these acts alone; None: of all. At most so much is read."""
    told = (AuditRow.seq, AuditRow.at, AuditRow.actor, AuditRow.act, AuditRow.subject, AuditRow.facts)
    query = select(*told).order_by(AuditRow.seq.desc()).limit(most)
    if acts is not None:
        query = query.where(AuditRow.act.in_(acts))
    with session.execute(query) as rows:
        for row in rows:
            yield Told(row.seq, row.at, row.actor, read_event(row.act, row.subject, row.facts))


def chained_digest(row: AuditRow) -> Digest:
    """Digest a row's content together with the digest of the row before."""
    return Digest.of(content_of(row.seq, row.at, row.actor, row.act, row.subject, row.facts, row.previous).encode())


def page(
    session: Session,
    *,
    act: str | None,
    actor: str | None,
    subject: str | None,
    limit: int,
    cursor: str | None,
    span: Span = EVERYTHING,
) -> Page[AuditRecord]:
    """Give a page of the records that match, newest first; the cursor is the last seq of the page before.

    Beside each stands whose token it was, where the token names a person: the records themselves name the token.

    Raises:
        MalformedRequestError: The cursor was never given out.
        AuditDamagedError: A record can't be read.
    """
    query = select(AuditRow)
    for column, value in ((AuditRow.act, act), (AuditRow.actor, actor), (AuditRow.subject, subject)):
        if value is not None:
            query = query.where(column == value)
    with _read_or_damaged():
        found = page_of(
            session,
            query,
            (AuditRow.seq,),
            _describe,
            limit=limit,
            cursor=cursor,
            newest_first=True,
            at=AuditRow.at,
            span=span,
        )
    return found.model_copy(update={"items": with_persons(session, found.items)})


def record_with_number(session: Session, seq: int) -> AuditRecord:
    """Give one record.

    Raises:
        NotFoundError: There is none of that number.
        AuditDamagedError: It can't be read.
    """
    row = session.get(AuditRow, seq)
    if row is None:
        raise NotFoundError(f"The audit has no record {seq}.", hint="List them: fl-director audit list")
    with _read_or_damaged():
        return with_persons(session, [_describe(row)])[0]


@contextmanager
def _read_or_damaged() -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, InvalidNameError) as error:
        raise AuditDamagedError(
            "The audit holds a record that can't be read.", hint="Run: fl-director audit verify"
        ) from error


def links(session: Session) -> Iterator[Link]:
    """Give every record as it is stored, in order, trusting nothing of it; a few at a time."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"  # where any column may hold anything, also broken text
    columns = ", ".join(f"CAST({name} AS BLOB) AS {name}" if is_sqlite else name for name in _COLUMNS[1:])
    page_of_rows = text(f"SELECT seq, {columns} FROM audit WHERE seq > :after ORDER BY seq LIMIT :limit")  # noqa: S608 - our own names
    after = -(2**63)
    while rows := session.execute(page_of_rows, {"after": after, "limit": _READ_AT_ONCE}).all():
        yield from (_link(row._mapping) for row in rows)
        after = rows[-1].seq


def head(session: Session, now: datetime) -> Checkpoint:
    """Give the newest record's place and digest."""
    last = session.execute(select(AuditRow.seq, AuditRow.digest).order_by(AuditRow.seq.desc()).limit(1)).first()
    return Checkpoint(seq=last.seq if last else 0, digest=last.digest if last else GENESIS, at=now)


def _describe(row: AuditRow) -> AuditRecord:
    return AuditRecord.model_validate({name: getattr(row, name) for name in _COLUMNS})


def with_persons(session: Session, records: Sequence[_Named]) -> list[_Named]:
    """Say of each record whose token its actor came with: an actor that had one ends in the token's id."""
    named = {_token_of(each.actor) for each in records}
    query = select(TokenRow.id, TokenRow.person).where(TokenRow.id.in_(named), TokenRow.person.is_not(None))
    persons = {row.id: row.person for row in session.execute(query)}
    return [each.model_copy(update={"person": persons.get(_token_of(each.actor))}) for each in records]


def _token_of(actor: str | None) -> str:
    return (actor or "").rpartition(":")[2]


def as_message(walk: Walk, now: datetime) -> AuditVerification:
    """Turn what following the chain found into the message."""
    is_whole = walk.first_bad is None
    return AuditVerification(
        is_whole=is_whole,
        records=walk.records,
        first_bad=walk.first_bad,
        defect=None if is_whole else f"Record {walk.first_bad} {walk.defect}.",
        head=Checkpoint(seq=walk.records, digest=Digest(walk.last), at=now) if is_whole else None,
    )


class HeadFile:
    """The newest head, in a file beside the database: a chain that was cut, or put back, does not reach it.

    It catches accidents and careless hands, not whoever controls the folder: for that, keep a checkpoint elsewhere.

    Args:
        path: Where it is kept.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Checkpoint | None:
        """Give what the file knows; None: there is none yet.

        Raises:
            AuditDamagedError: It is no checkpoint.
        """
        try:
            return read_checkpoint(self.path)
        except FileNotFoundError:
            return None

    def renew(self, session: Session, now: datetime) -> None:
        """Follow the chain, unless it has lost what the file knows: then the file stays, as the evidence."""
        try:
            known, newest = self.read(), head(session, now)
        except AuditDamagedError as error:  # the director serves on; a verification says the same
            _log.error("audit.head_damaged", extra={"facts": {"why": error.sentence}})
            return
        if known is not None and (known.seq, known.digest) == (newest.seq, newest.digest):
            return
        if known is not None and known.seq and not _holds(session, known):
            _log.error("audit.cut", extra={"facts": {"known": known.seq, "newest": newest.seq}})
            return
        replace_whole(self.path, [newest.model_dump_json().encode() + b"\n"])


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises:
        FileNotFoundError: There is no such file.
        AuditDamagedError: It is no checkpoint.
    """
    try:
        return Checkpoint.model_validate_json(read_text(read_bounded(path, _MAX_CHECKPOINT_BYTES), path.name))
    except (ValidationError, ArtifactError) as error:
        raise AuditDamagedError(
            f"{path.name} is no checkpoint of an audit.", hint="Write one with: fl-director audit checkpoint --out FILE"
        ) from error


def _holds(session: Session, known: Checkpoint) -> bool:
    return session.scalar(select(AuditRow.digest).where(AuditRow.seq == known.seq)) == known.digest


def _link(row: Any) -> Link:
    try:
        stored = {name: _text(row[name]) for name in _COLUMNS[1:]}
        content = content_of(
            row["seq"],
            _moment(stored["at"]),
            stored["actor"],
            stored["act"],
            stored["subject"],
            _facts(stored["facts"]),
            stored["previous"],
        )
        return Link(row["seq"], stored["previous"], stored["digest"], content)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Link(row["seq"], "", "", None)


def _text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def _moment(stored: Any) -> datetime:
    """Read a moment in no other form than the one in which it is written."""
    moment = stored if isinstance(stored, datetime) else datetime.strptime(stored, "%Y-%m-%d %H:%M:%S.%f")
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _facts(stored: Any) -> Any:
    """Read facts in no other form than the one in which they are written."""
    if not isinstance(stored, str):
        return stored
    facts = json.loads(stored)
    if json.dumps(facts) != stored:
        raise ValueError("not as it was written")
    return facts
