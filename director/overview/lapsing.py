"""What a person must do in time: hospitals that never joined, tokens that end, backups that grow old."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.messages.overview import Matter
from contract.names import EnvoyName
from director.records.events import WHOLE_FEDERATION
from director.records.schema import AuditRow, EnrolmentCodeRow, EnvoyRow, TokenRow
from director.upkeep.events import BackupMade
from director.upkeep.verification import last_verification

_ENDS_WITHIN = timedelta(days=14)
_IN_USE_WITHIN = timedelta(days=30)
"""A token that nobody used for so long may end unseen."""


def never_joined(session: Session, now: datetime, holds: timedelta, most: int) -> Iterator[Matter]:
    """Give the hospitals that had their time to join and did not, oldest first.

    Args:
        session: A transaction.
        now: The moment.
        holds: How long a one-time code holds.
        most: How many at most.
    """
    code_until = func.max(EnrolmentCodeRow.expires_at)
    unused = (EnrolmentCodeRow.envoy_id == EnvoyRow.id) & EnrolmentCodeRow.used_at.is_(None)
    query = (
        select(EnvoyRow.name, EnvoyRow.created_at, code_until.label("until"))
        .outerjoin(EnrolmentCodeRow, unused)
        .where(EnvoyRow.joined_at.is_(None), EnvoyRow.disabled_at.is_(None))
        .group_by(EnvoyRow.id)
        .having((EnvoyRow.created_at <= now - holds) | (code_until <= now) | code_until.is_(None))
        .order_by(EnvoyRow.created_at)
        .limit(most)
    )
    for row in session.execute(query):
        has_ended = row.until is None or row.until <= now
        yield Matter(
            kind="hospital_not_joined",
            subject=row.name,
            envoy_name=row.name,
            since=row.created_at,
            until=row.until,
            reason="Its one-time code holds no more." if has_ended else "It has not used its one-time code.",
        )


def ending_tokens(session: Session, now: datetime, own: EnvoyName | None, most: int) -> Iterator[Matter]:
    """Give the tokens in use that end soon and that nobody has rotated, the first to end first."""
    query = (
        select(TokenRow.id, TokenRow.role, TokenRow.created_at, TokenRow.expires_at, EnvoyRow.name)
        .outerjoin(EnvoyRow, EnvoyRow.id == TokenRow.envoy_id)
        .where(TokenRow.revoked_at.is_(None), TokenRow.successor_id.is_(None), EnvoyRow.disabled_at.is_(None))
        .where(TokenRow.expires_at > now, TokenRow.expires_at <= now + _ENDS_WITHIN)
        .where(TokenRow.last_used_at >= now - _IN_USE_WITHIN)
    )
    if own is not None:
        query = query.where(EnvoyRow.folded_name == own.folded)
    for row in session.execute(query.order_by(TokenRow.expires_at).limit(most)):
        yield Matter(
            kind="token_ends",
            subject=row.id,
            envoy_name=row.name,
            since=row.created_at,
            until=row.expires_at,
            reason=f"A token of role {row.role} that is in use.",
        )


def short_disk(free_bytes: int, least_bytes: int) -> Iterator[Matter]:
    """Say that the data folder's disk is short."""
    if free_bytes < least_bytes:
        reason = f"{free_bytes // 2**20:,} MiB are free."
        yield Matter(kind="disk_short", subject=WHOLE_FEDERATION, reason=reason)


def broken_audit(session: Session) -> Iterator[Matter]:
    """Say that the audit was not whole when somebody last verified it."""
    last = last_verification(session)
    if last is not None and last.defect is not None:
        yield Matter(kind="audit_broken", subject=WHOLE_FEDERATION, since=last.at, reason=last.defect)


def old_backup(session: Session, now: datetime, after: timedelta) -> Iterator[Matter]:
    """Say that the newest backup is too old; where there is none, that there never was one for as long."""
    last = session.scalar(select(func.max(AuditRow.at)).where(AuditRow.act == BackupMade.act))
    first = session.scalar(select(AuditRow.at).order_by(AuditRow.seq).limit(1)) if last is None else None
    since = last or first
    if since is not None and now - since > after:
        reason = "The newest backup is old." if last is not None else "No backup was ever made."
        yield Matter(kind="backup_old", subject=WHOLE_FEDERATION, since=since, reason=reason)
