"""Sessions as rows: opened with a token, ended by whoever signs out, forgotten some time later."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from contract.names import Digest
from director.members.events import EndOfSession, SessionEnded, SessionOpened
from director.members.spellings import folded
from director.records.ledger import Act
from director.records.schema import TokenRow
from director.records.session_schema import SessionRow, SignInLinkRow

MAX_SESSIONS = 100
"""How many are open with one token; one more ends the one that was used longest ago."""

FORGOTTEN_AFTER = timedelta(days=7)
"""How long the row of a session or a link stays after its end; that it was opened, and by whom, stays on record."""


def open_session(
    act: Act, token: TokenRow, *, longest: timedelta, by_link: bool = False, actor: str | None = None
) -> tuple[str, SessionRow]:
    """Sign somebody in with a token; gives the 256-bit secret of the cookie, which is nowhere else, and the row.

    Args:
        act: The act.
        token: Theirs; it holds.
        longest: How long a session lasts at most. It ends with its token in any case.
        by_link: Whether they came by a one-time link.
        actor: Who they are, where it is not the act's.
    """
    _forget_old(act)
    there = list(act.session.scalars(_open(act.now).where(SessionRow.token_id == token.id)))
    _end(act, sorted(there, key=lambda row: row.last_used_at)[: len(there) + 1 - MAX_SESSIONS], "too_many", actor)
    secret = secrets.token_urlsafe(32)
    row = SessionRow(
        id=secrets.token_hex(6),
        sha256=Digest.of(secret.encode()),
        token_id=token.id,
        created_at=act.now,
        expires_at=min(act.now + longest, token.expires_at),
        ended_at=None,
        last_used_at=act.now,
    )
    act.session.add(row)
    opened = SessionOpened(token_id=token.id, session=row.id, until=row.expires_at.isoformat(), by_link=by_link)
    act.tell(opened, actor=actor)
    return secret, row


def end_session(act: Act, session_id: str) -> None:
    """Sign somebody out."""
    _end(act, [act.session.get_one(SessionRow, session_id)], "signed_out")


def end_everywhere(act: Act, token_id: str) -> None:
    """End every session of a token; where it names its person, of all that person's tokens.

    Two hospitals may each have a Jane Wanjiru, whom only the hospital tells apart: a person is a name at a place.
    """
    token = act.session.get_one(TokenRow, token_id)
    person, place = token.person, TokenRow.envoy_id.is_not_distinct_from(token.envoy_id)
    if person is None:
        theirs = list(act.session.scalars(_open(act.now).where(SessionRow.token_id == token.id)))
    else:
        named = act.session.scalars(_open(act.now).where(SessionRow.token.has(TokenRow.person.is_not(None) & place)))
        theirs = [row for row in named if folded(row.token.person or "") == folded(person)]
    _end(act, theirs, "everywhere")


def end_of_token(act: Act, token_id: str, actor: str | None = None) -> None:
    """End the sessions that were opened with a secret which does not hold any more."""
    _end(act, act.session.scalars(_open(act.now).where(SessionRow.token_id == token_id)), "token", actor)


def end_all(act: Act) -> None:
    """End every session and use up every link: in a federation made from a copy nobody knows which had ended since."""
    _end(act, act.session.scalars(_open(act.now)), "restored")
    for link in act.session.scalars(select(SignInLinkRow).where(SignInLinkRow.used_at.is_(None))):
        link.used_at = act.now


def note_use(session: Session, notes: Mapping[str, datetime]) -> None:
    """Write down when sessions were last used."""
    for session_id, at in notes.items():
        row = session.get(SessionRow, session_id)
        if row is not None and row.last_used_at < at:
            row.last_used_at = at


def _open(now: datetime) -> Select[SessionRow]:
    return select(SessionRow).where(SessionRow.ended_at.is_(None), SessionRow.expires_at > now)


def _end(act: Act, rows: Iterable[SessionRow], why: EndOfSession, actor: str | None = None) -> None:
    for row in rows:
        row.ended_at = act.now
        act.tell(SessionEnded(token_id=row.token_id, session=row.id, why=why), actor=actor)


def _forget_old(act: Act) -> None:
    long_ago = act.now - FORGOTTEN_AFTER
    for kind in (SessionRow, SignInLinkRow):
        act.session.execute(delete(kind).where(kind.expires_at < long_ago))
