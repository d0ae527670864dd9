"""Joining: one-time codes, which a hospital trades for its token."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.messages import EnrolmentCode, IssuedToken
from contract.names import Digest
from director.errors import UnauthenticatedError
from director.members.access import HOSPITAL
from director.members.tokens import REPEATED_WITHIN, issue_again, issue_to
from director.records import audit
from director.records.schema import EnrolmentCodeRow, EnvoyRow


def issue_code(session: Session, envoy: EnvoyRow, *, now: datetime, holds: timedelta, actor: str) -> EnrolmentCode:
    """Issue a one-time code; earlier unused codes of the hospital stop to hold."""
    for earlier in session.scalars(
        select(EnrolmentCodeRow).where(EnrolmentCodeRow.envoy_id == envoy.id, EnrolmentCodeRow.used_at.is_(None))
    ):
        earlier.used_at = now
    code = f"join_{secrets.token_urlsafe(24)}"
    row = EnrolmentCodeRow(
        sha256=Digest.of(code.encode()),
        envoy_id=envoy.id,
        created_at=now,
        expires_at=now + holds,
        used_at=None,
        used_with=None,
        token_id=None,
    )
    session.add(row)
    audit.record(session, at=now, actor=actor, act="envoy.code", subject=envoy.name)
    return EnrolmentCode(envoy_name=envoy.name, code=code, expires_at=row.expires_at)


def join(session: Session, code: str, key: str | None, *, now: datetime, holds: timedelta) -> IssuedToken:
    """Trade a one-time code for a hospital's token.

    A sender whose answer was lost may repeat the join for a few minutes under the same key: it gets the token with a
    fresh secret, and the lost one stops to hold.

    Raises:
        UnauthenticatedError: The code does not hold: unknown, used and expired look the same and cost the same.
        ConflictError: The hospital is disabled.
    """
    row = session.get(EnrolmentCodeRow, Digest.of(code.strip().encode()))
    used_with = Digest.of((key or "").encode())
    is_repeated = row is not None and key is not None and _is_repeated(row, used_with, now)
    if row is None or (row.used_at is not None and not is_repeated) or row.expires_at <= now:
        raise UnauthenticatedError(
            "This enrolment code does not hold.",
            hint="A code works once and for a few days: ask the admin for a new one.",
        )
    envoy = session.get_one(EnvoyRow, row.envoy_id)
    actor = f"hospital:{envoy.name}:code"
    if is_repeated and row.token_id is not None:
        return issue_again(session, row.token_id, now=now, actor=actor)
    token = issue_to(session, HOSPITAL, envoy, now=now, holds=holds, actor=actor)
    envoy.joined_at = envoy.joined_at or now
    row.used_at, row.used_with, row.token_id = now, used_with if key is not None else None, token.id
    return token


def _is_repeated(row: EnrolmentCodeRow, used_with: Digest, now: datetime) -> bool:
    """Tell whether a join is the one that used the code, sent again."""
    return row.used_with == used_with and row.used_at is not None and now - row.used_at <= REPEATED_WITHIN
