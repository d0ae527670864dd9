"""Joining: one-time codes, which a hospital trades for its token."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select

from contract.messages.envoys import EnrolmentCode
from contract.messages.tokens import IssuedToken
from contract.names import Digest
from director.errors import UnauthenticatedError
from director.members.access import HOSPITAL
from director.members.events import CodeIssued
from director.members.tokens import REPEATED_WITHIN, issue_again, issue_to
from director.records.ledger import Act
from director.records.schema import EnrolmentCodeRow, EnvoyRow


def issue_code(act: Act, envoy: EnvoyRow, *, holds: timedelta) -> EnrolmentCode:
    """Issue a one-time code; earlier unused codes of the hospital stop to hold."""
    unused = select(EnrolmentCodeRow).where(EnrolmentCodeRow.envoy_id == envoy.id, EnrolmentCodeRow.used_at.is_(None))
    for earlier in act.session.scalars(unused):
        earlier.used_at = act.now
    code = f"join_{secrets.token_urlsafe(24)}"
    row = EnrolmentCodeRow(
        sha256=Digest.of(code.encode()),
        envoy_id=envoy.id,
        created_at=act.now,
        expires_at=act.now + holds,
        used_at=None,
        used_with=None,
        token_id=None,
    )
    act.session.add(row)
    act.tell(CodeIssued(envoy=envoy.name, code_sha256=row.sha256))
    return EnrolmentCode(envoy_name=envoy.name, code=code, expires_at=row.expires_at)


def join(act: Act, code: str, key: str | None, *, holds: timedelta) -> IssuedToken:
    """Trade a one-time code for a hospital's token.

    A sender whose answer was lost may repeat the join for a few minutes under the same key: it gets the token with a
    fresh secret, and the lost one stops to hold.

    Raises:
        UnauthenticatedError: The code does not hold: unknown, used and expired look the same and cost the same.
        ConflictError: The hospital is disabled.
    """
    row = act.session.get(EnrolmentCodeRow, Digest.of(code.strip().encode()))
    used_with = Digest.of((key or "").encode())
    is_repeated = row is not None and key is not None and _is_repeated(row, used_with, act.now)
    if row is None or (row.used_at is not None and not is_repeated) or row.expires_at <= act.now:
        raise UnauthenticatedError(
            "This enrolment code does not hold.",
            hint="A code works once and for a few days: ask the admin for a new one.",
        )
    envoy = act.session.get_one(EnvoyRow, row.envoy_id)
    actor = f"hospital:{envoy.name}:code"
    if is_repeated and row.token_id is not None:
        return issue_again(act, row.token_id, actor=actor)
    token = issue_to(act, HOSPITAL, envoy, holds=holds, actor=actor)
    envoy.joined_at = envoy.joined_at or act.now
    row.used_at, row.used_with, row.token_id = act.now, used_with if key is not None else None, token.id
    return token


def _is_repeated(row: EnrolmentCodeRow, used_with: Digest, now: datetime) -> bool:
    """Tell whether a join is the one that used the code, sent again."""
    return row.used_with == used_with and row.used_at is not None and now - row.used_at <= REPEATED_WITHIN
