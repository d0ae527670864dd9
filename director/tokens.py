"""Tokens and one-time codes: issued once, kept as digests, revoked at once."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.messages import EnrolmentCode, IssuedToken, Role, TokenDescription
from contract.names import Digest, EnvoyName
from director import audit
from director.access import HOSPITAL
from director.errors import ConflictError, MalformedRequestError, NotFoundError, UnauthenticatedError
from director.registry import envoy_named
from director.schema import EnrolmentCodeRow, EnvoyRow, TokenRow

_REPEATED_WITHIN = timedelta(minutes=15)


def issue_token(
    session: Session, *, role: Role, envoy_name: EnvoyName | None, now: datetime, holds: timedelta, actor: str
) -> IssuedToken:
    """Issue a token; its 256-bit secret is in the answer and nowhere else.

    Raises:
        MalformedRequestError: A hospital's token without a hospital, or another role's with one.
        UnknownEnvoyError: No such hospital.
    """
    if (role == HOSPITAL) != (envoy_name is not None):
        raise MalformedRequestError(
            "A hospital's token names its envoy, another role's does not.",
            hint="Give --envoy NAME with --role hospital only.",
        )
    envoy = envoy_named(session, envoy_name) if envoy_name is not None else None
    return _issue(session, role, envoy, now, holds, actor)


def revoke_token(session: Session, token_id: str, *, now: datetime, actor: str) -> None:
    """Revoke a token; again is no error.

    Raises:
        NotFoundError: No such token.
    """
    row = session.get(TokenRow, token_id)
    if row is None:
        raise NotFoundError(f"There is no token {token_id[:32]!r}.", hint="List them: fl-director token list")
    if row.revoked_at is None:
        row.revoked_at = now
        audit.record(session, at=now, actor=actor, act="token.revoke", subject=token_id)


def list_tokens(session: Session) -> list[TokenDescription]:
    """Describe all tokens, newest first."""
    rows = session.scalars(select(TokenRow).order_by(TokenRow.created_at.desc(), TokenRow.id)).unique()
    return [
        TokenDescription(
            id=row.id,
            role=row.role,
            envoy_name=row.envoy.name if row.envoy else None,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            last_used_at=row.last_used_at,
        )
        for row in rows
    ]


def note_use(session: Session, notes: Mapping[str, datetime]) -> None:
    """Write down when tokens were last used."""
    for token_id, at in notes.items():
        row = session.get(TokenRow, token_id)
        if row is not None and (row.last_used_at is None or row.last_used_at < at):
            row.last_used_at = at


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

    A sender whose answer was lost may repeat the join for a few minutes under the same key: it gets a new token, and
    the lost one stops to hold.

    Raises:
        UnauthenticatedError: The code does not hold: unknown, used and expired look the same.
        ConflictError: The hospital is disabled.
    """
    row = session.get(EnrolmentCodeRow, Digest.of(code.strip().encode()))
    used_with = Digest.of(key.encode()) if key else None
    is_repeated = row is not None and _is_repeated(row, used_with, now)
    if row is None or (row.used_at is not None and not is_repeated) or row.expires_at <= now:
        raise UnauthenticatedError(
            "This enrolment code does not hold.",
            hint="A code works once and for a few days: ask the admin for a new one.",
        )
    envoy = session.get_one(EnvoyRow, row.envoy_id)
    if envoy.disabled_at is not None:
        raise ConflictError(f"{envoy.name} is disabled.", hint="Ask the consortium's admin.")
    actor = f"hospital:{envoy.name}:code"
    if is_repeated and row.token_id is not None:
        revoke_token(session, row.token_id, now=now, actor=actor)
    envoy.joined_at = envoy.joined_at or now
    token = _issue(session, HOSPITAL, envoy, now, holds, actor=actor)
    row.used_at, row.used_with, row.token_id = row.used_at or now, used_with, token.id
    return token


def _is_repeated(row: EnrolmentCodeRow, used_with: Digest | None, now: datetime) -> bool:
    """Tell whether a join is the one that used the code, sent again."""
    is_same = used_with is not None and row.used_with == used_with
    return is_same and row.used_at is not None and now - row.used_at <= _REPEATED_WITHIN


def _issue(
    session: Session, role: Role, envoy: EnvoyRow | None, now: datetime, holds: timedelta, actor: str
) -> IssuedToken:
    secret, token_id = f"fld_{secrets.token_urlsafe(32)}", secrets.token_hex(6)
    row = TokenRow(
        id=token_id,
        sha256=Digest.of(secret.encode()),
        role=role,
        envoy_id=envoy.id if envoy else None,
        created_at=now,
        expires_at=now + holds,
        revoked_at=None,
        last_used_at=None,
    )
    session.add(row)
    name = envoy.name if envoy else None
    audit.record(session, at=now, actor=actor, act="token.issue", subject=token_id, role=role, envoy=name)
    return IssuedToken(token=secret, id=token_id, role=role, envoy_name=name, expires_at=row.expires_at)
