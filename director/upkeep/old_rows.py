"""Which rows are old enough to go, by the periods: what was refused, replaced, decided, ended. The audit has each.

Never a row that counts, waits, holds, or is of the lineage; nor one that another row still refers to.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from director.members.access import HOSPITAL
from director.members.sessions import FORGOTTEN_AFTER
from director.records.proposal_schema import ProposalRow
from director.records.schema import (
    Base,
    EnrolmentCodeRow,
    IdempotencyKeyRow,
    StatisticsRow,
    SubmissionRow,
    TokenRow,
)
from director.records.session_schema import SessionRow, SignInLinkRow
from director.records.verdicts import ADMITTED, QUARANTINED, REJECTED
from director.retention_settings import RetentionSettings, before

SESSIONS = "sessions"
"""What ends with the people at the dashboard has no setting: a sign-in lets it go too."""

_AT_ONCE = 500
_Found = Iterator[tuple[type[Base], ColumnElement[bool]]]


def count_old_rows(session: Session, periods: RetentionSettings, now: datetime) -> Mapping[str, int]:
    """Say how many rows each period lets go; what lets nothing go is not named."""
    return _each(periods, now, session, lambda row, old: _count(session, row, old))


def forget_old_rows(session: Session, periods: RetentionSettings, now: datetime) -> Mapping[str, int]:
    """Let the old rows go; gives what ``count_old_rows`` says before it."""

    def forget(row: type[Base], old: ColumnElement[bool]) -> int:
        number = _count(session, row, old)
        session.execute(delete(row).where(old).execution_options(synchronize_session=False))
        return number

    return _each(periods, now, session, forget)


def _each(
    periods: RetentionSettings,
    now: datetime,
    session: Session,
    do: Callable[[type[Base], ColumnElement[bool]], int],
) -> Mapping[str, int]:
    """Do it with each kind of row: its period's name → what came of it, all together."""
    session.flush()
    went: dict[str, int] = {}
    # sessions first, and keys: a token that one of them refers to stays
    for name, find in (
        (SESSIONS, _sessions),
        ("key_days", _keys),
        ("refused_days", _refused),
        ("report_days", _reports),
        ("code_days", _codes),
        ("decided_proposal_days", _proposals),
        ("ended_token_days", _tokens),
    ):
        number = sum(do(row, old) for row, old in list(find(session, periods, now)))
        if number:
            went[name] = number
    return went


def _count(session: Session, row: type[Base], old: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(row).where(old)) or 0


def _sessions(session: Session, periods: RetentionSettings, now: datetime) -> _Found:
    for row in (SessionRow, SignInLinkRow):
        yield row, row.expires_at < now - FORGOTTEN_AFTER


def _keys(session: Session, periods: RetentionSettings, now: datetime) -> _Found:
    yield IdempotencyKeyRow, IdempotencyKeyRow.created_at < (before(now, periods.key_days) or now)


def _refused(session: Session, periods: RetentionSettings, now: datetime) -> _Found:
    """Find uploads of which nothing was kept but what the gate said."""
    if came := before(now, periods.refused_days):
        is_refused = and_(SubmissionRow.verdict == REJECTED, SubmissionRow.version.is_(None))
        yield SubmissionRow, and_(is_refused, SubmissionRow.created_at < came)


def _reports(session: Session, periods: RetentionSettings, now: datetime) -> _Found:
    """Find reports whose place a newer one that counts took long ago, and what was rejected before that one."""
    replaced = before(now, periods.report_days)
    if replaced is None:
        return
    columns = (StatisticsRow.id, StatisticsRow.envoy_id, StatisticsRow.task, StatisticsRow.verdict)
    newest_first = select(*columns, StatisticsRow.created_at).order_by(StatisticsRow.version.desc())
    since: dict[tuple[int, str], datetime] = {}
    old: list[int] = []
    for row in session.execute(newest_first):
        took_its_place = since.get((row.envoy_id, row.task))
        if took_its_place and took_its_place < replaced and row.verdict != QUARANTINED:
            old.append(row.id)
        if row.verdict == ADMITTED:
            since[row.envoy_id, row.task] = row.created_at
    yield from ((StatisticsRow, StatisticsRow.id.in_(some)) for some in _in_stretches(old))


def _codes(session: Session, periods: RetentionSettings, now: datetime) -> _Found:
    if ended := before(now, periods.code_days):
        yield EnrolmentCodeRow, or_(EnrolmentCodeRow.used_at < ended, EnrolmentCodeRow.expires_at < ended)


def _proposals(session: Session, periods: RetentionSettings, now: datetime) -> _Found:
    if ended := before(now, periods.decided_proposal_days):
        is_open = ProposalRow.state == "open"
        yield (
            ProposalRow,
            or_(and_(~is_open, ProposalRow.decided_at < ended), and_(is_open, ProposalRow.expires_at < ended)),
        )


def _tokens(session: Session, periods: RetentionSettings, now: datetime) -> _Found:
    """Find tokens that ended long ago, each with all that it took the place of: a line is shortened from behind."""
    ended = before(now, periods.ended_token_days)
    if ended is None:
        return
    columns = (TokenRow.id, TokenRow.successor_id, TokenRow.revoked_at, TokenRow.expires_at)
    tokens = session.execute(select(*columns).order_by(TokenRow.created_at)).all()
    needed = _needed_tokens(session, periods, now)
    old = {
        row.id
        for row in tokens
        if row.id not in needed and min(row.expires_at, row.revoked_at or row.expires_at) < ended
    }
    before_it: dict[str, set[str]] = {}
    for row in tokens:
        if row.successor_id is not None:
            before_it.setdefault(row.successor_id, set()).add(row.id)
    stays = [row.id for row in tokens if row.id not in old]
    while stays:  # what took the place of one that stays
        staying = set(stays)
        stays = [each for each in old if before_it.get(each, set()) & staying]
        old -= set(stays)
    yield from ((TokenRow, TokenRow.id.in_(some)) for some in _in_stretches(sorted(old)))


def _needed_tokens(session: Session, periods: RetentionSettings, now: datetime) -> set[str]:
    """Name the tokens that something that stays refers to, or that say when a hospital was last seen."""
    open_sessions = select(SessionRow.token_id).where(SessionRow.expires_at >= now - FORGOTTEN_AFTER)
    links = select(SignInLinkRow.token_id).where(SignInLinkRow.expires_at >= now - FORGOTTEN_AFTER)
    is_open = and_(ProposalRow.state == "open", ProposalRow.expires_at > now)
    keys = select(IdempotencyKeyRow.reference).where(
        IdempotencyKeyRow.created_at >= (before(now, periods.key_days) or now)
    )
    proposed = select(ProposalRow.token_id).where(is_open)
    needed = {each for query in (open_sessions, links, keys, proposed) for each in session.scalars(query)}
    used = select(TokenRow.id, TokenRow.envoy_id).where(TokenRow.role == HOSPITAL, TokenRow.last_used_at.is_not(None))
    last = {row.envoy_id: row.id for row in session.execute(used.order_by(TokenRow.last_used_at, TokenRow.created_at))}
    return needed | set(last.values())


def _in_stretches(ids: Sequence[int] | Sequence[str]) -> Iterator[Collection[int] | Collection[str]]:
    for place in range(0, len(ids), _AT_ONCE):
        yield ids[place : place + _AT_ONCE]
