"""Tokens: issued once, kept as digests, rotated with an overlap, revoked at once."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.messages.base import Page, Role
from contract.messages.tokens import IssuedToken, TokenDescription
from contract.names import Digest, EnvoyName
from director.errors import ConflictError, InvalidRequestError, MalformedRequestError, NotFoundError
from director.members.access import HOSPITAL, OF_ONE_HOSPITAL, STAFF
from director.members.envoys import envoy_named
from director.members.events import TokenIssued, TokenIssuedAgain, TokenRevoked, TokenRotated
from director.members.holders import holds as still_holds
from director.members.sessions import end_of_token
from director.records import idempotency
from director.records.ledger import Act
from director.records.paging import EVERYTHING, Span, page_of
from director.records.schema import EnvoyRow, TokenRow

REPEATED_WITHIN = timedelta(minutes=15)
"""How long a sender whose answer was lost may ask for it again."""


def span_to_hold(asked: timedelta | None, longest: timedelta) -> timedelta:
    """Decide how long a token holds: as long as is asked for, else as long as it may.

    Raises:
        InvalidRequestError: More is asked for than a token may hold here.
    """
    if asked is not None and asked > longest:
        raise InvalidRequestError(
            f"A token holds at most {longest.days} days here.",
            hint="Ask for less, or let the admin raise the setting token_days.",
            token_days=longest.days,
        )
    return longest if asked is None else asked


def issue_token(
    act: Act, *, role: Role, envoy_name: EnvoyName | None, person: str | None, holds: timedelta
) -> IssuedToken:
    """Issue a token; its 256-bit secret is in the answer and nowhere else.

    Raises:
        MalformedRequestError: A hospital's or its staff's token without a hospital, or another role's with one; a
            person at a machine, or staff without one.
        UnknownEnvoyError: No such hospital.
        ConflictError: The hospital is disabled.
    """
    if (role in OF_ONE_HOSPITAL) != (envoy_name is not None):
        raise MalformedRequestError(
            "A token of a hospital or of its staff names the hospital, another role's does not.",
            hint="Give the envoy's name with the roles hospital and staff, and only then.",
        )
    if role == HOSPITAL and person is not None:
        raise MalformedRequestError(
            "A hospital's token is its machine's, and no person's.",
            hint="Give people at a hospital tokens of their own, with the role staff.",
        )
    if role == STAFF and person is None:
        raise MalformedRequestError(
            "A token of the role staff names its person.", hint="Say whose it is, such as: Jane Wanjiru."
        )
    envoy = envoy_named(act.session, envoy_name) if envoy_name is not None else None
    return issue_to(act, role, envoy, holds=holds, person=person)


def issue_to(
    act: Act,
    role: Role,
    envoy: EnvoyRow | None,
    *,
    holds: timedelta,
    person: str | None = None,
    actor: str | None = None,
) -> IssuedToken:
    """Issue a token to a hospital whose row is at hand, or to nobody's envoy; ``actor`` where it is not the act's.

    Raises:
        ConflictError: The hospital is disabled.
    """
    if envoy is not None and envoy.disabled_at is not None:
        raise ConflictError(f"{envoy.name} is disabled.", hint="Ask the consortium's admin.")
    row = TokenRow(
        id=secrets.token_hex(6),
        role=role,
        envoy_id=envoy.id if envoy else None,
        created_at=act.now,
        expires_at=act.now + holds,
        revoked_at=None,
        last_used_at=None,
        successor_id=None,
        person=person,
    )
    name = envoy.name if envoy else None
    answer = _with_fresh_secret(row, name)
    act.session.add(row)
    issued = TokenIssued(
        token_id=row.id,
        role=role,
        envoy=name,
        person=person,
        secret_sha256=row.sha256,
        holds_until=row.expires_at.isoformat(),
    )
    act.tell(issued, actor=actor)
    return answer


def issue_again(act: Act, token_id: str, *, actor: str | None = None) -> IssuedToken:
    """Give a token a fresh secret, because the answer with the first one was lost; the lost one stops to hold.

    A secret is kept nowhere, so that a repeated request can't be given the first one's answer.

    Raises:
        ConflictError: The token was issued too long ago for a repetition, or holds no more.
    """
    row = token_row(act.session, token_id)
    if act.now - row.created_at > REPEATED_WITHIN or not still_holds(row, act.now):
        raise ConflictError(
            f"This request was answered before, with token {row.id}, and a secret is shown once.",
            hint="If the answer was lost, revoke that token and ask anew with a fresh key.",
            token_id=row.id,
        )
    return refresh_secret(act, row, actor=actor)


def refresh_secret(act: Act, row: TokenRow, *, actor: str | None = None) -> IssuedToken:
    """Give a token another secret; the one before stops to hold, and the sessions that it opened end."""
    answer = _with_fresh_secret(row, row.envoy.name if row.envoy else None)
    act.tell(TokenIssuedAgain(token_id=row.id, secret_sha256=row.sha256), actor=actor)
    end_of_token(act, row.id, actor)
    return answer


def issue_once(act: Act, key: str | None, request: Sequence[str], issue: Callable[[Act], IssuedToken]) -> IssuedToken:
    """Issue under an Idempotency-Key: repetitions make no second token, only a fresh secret of the first.

    Raises:
        IdempotencyKeyReusedError: The key belongs to another request.
        ConflictError: As ``issue_again``.
    """
    earlier = idempotency.find(act.session, act.actor, key, request)
    if earlier is not None:
        return issue_again(act, earlier)
    token = issue(act)
    idempotency.keep(act, key, request, token.id)
    return token


def rotate_token(act: Act, token_id: str, *, overlap: timedelta, longest: timedelta) -> IssuedToken:
    """Issue a successor for the same role, hospital and person; the old token holds until the overlap ends, then stops.

    The old one's own expiry, if sooner than the overlap's end, stays. The successor holds as long as the old one was
    issued for, but no longer than ``longest``: a short-lived token does not become a long-lived one.

    Raises:
        NotFoundError: No such token.
        ConflictError: It holds no more, or has a successor already.
    """
    row = token_row(act.session, token_id)
    if not still_holds(row, act.now):
        raise ConflictError(f"Token {row.id} holds no more.", hint="Issue a new one.")
    if row.successor_id is not None:
        raise ConflictError(
            f"Token {row.id} was rotated before: {row.successor_id} takes its place.",
            hint="Rotate that one; if its secret was lost, revoke it and issue a new token.",
            successor_id=row.successor_id,
        )
    holds = min(row.expires_at - row.created_at, longest)
    successor = issue_to(act, row.role, row.envoy, holds=holds, person=row.person)
    row.successor_id = successor.id
    row.expires_at = min(row.expires_at, act.now + overlap)
    act.tell(TokenRotated(token_id=row.id, successor=successor.id, holds_until=row.expires_at.isoformat()))
    return successor


def revoke_token(act: Act, token_id: str) -> TokenDescription:
    """Revoke a token; again is no error.

    Raises:
        NotFoundError: No such token.
    """
    row = token_row(act.session, token_id)
    if row.revoked_at is None:
        row.revoked_at = act.now
        act.tell(TokenRevoked(token_id=token_id))
    return describe_token(row, act.now)


def revoke_tokens_of(act: Act, envoy_name: EnvoyName) -> list[TokenDescription]:
    """Revoke all tokens of a hospital, its machine's and its staff's; gives those that were not yet.

    Raises:
        UnknownEnvoyError: No such hospital.
    """
    envoy = envoy_named(act.session, envoy_name)
    not_yet = select(TokenRow.id).where(TokenRow.envoy_id == envoy.id, TokenRow.revoked_at.is_(None))
    return [revoke_token(act, each) for each in act.session.scalars(not_yet.order_by(TokenRow.created_at)).all()]


def list_tokens(
    session: Session,
    now: datetime,
    *,
    role: Role | None,
    envoy_name: EnvoyName | None,
    limit: int,
    cursor: str | None,
    span: Span = EVERYTHING,
) -> Page[TokenDescription]:
    """Describe a page of the tokens, newest first."""
    query = select(TokenRow)
    if role is not None:
        query = query.where(TokenRow.role == role)
    if envoy_name is not None:
        query = query.where(TokenRow.envoy.has(EnvoyRow.folded_name == envoy_name.folded))
    key = (TokenRow.created_at, TokenRow.id)
    return page_of(
        session,
        query,
        key,
        lambda row: describe_token(row, now),
        limit=limit,
        cursor=cursor,
        newest_first=True,
        at=TokenRow.created_at,
        span=span,
    )


def token_with_id(session: Session, token_id: str, now: datetime) -> TokenDescription:
    """Describe one token.

    Raises:
        NotFoundError: No such token.
    """
    return describe_token(token_row(session, token_id), now)


def note_use(session: Session, notes: Mapping[str, datetime]) -> None:
    """Write down when tokens were last used."""
    for token_id, at in notes.items():
        row = session.get(TokenRow, token_id)
        if row is not None and (row.last_used_at is None or row.last_used_at < at):
            row.last_used_at = at


def token_row(session: Session, token_id: str) -> TokenRow:
    """Find a token.

    Raises:
        NotFoundError: No such token.
    """
    row = session.get(TokenRow, token_id)
    if row is None:
        raise NotFoundError(f"There is no token {token_id[:32]!r}.", hint="List them: fl-director token list")
    return row


def _with_fresh_secret(row: TokenRow, envoy_name: EnvoyName | None) -> IssuedToken:
    """Give a row the digest of a new 256-bit secret; the answer is the only place where the secret is."""
    secret = f"fld_{secrets.token_urlsafe(32)}"
    row.sha256 = Digest.of(secret.encode())
    return IssuedToken(
        token=secret,
        id=row.id,
        role=row.role,
        envoy_name=envoy_name,
        person=row.person,
        expires_at=row.expires_at,
    )


def owner_of(token: TokenDescription) -> str:
    """Say whose a token is: a hospital's machine, or a person; people whom nobody named are called so."""
    if token.role == HOSPITAL:
        return f"{token.envoy_name}'s machine"
    who = token.person or "nobody named"
    return f"{who} ({token.envoy_name})" if token.envoy_name else who


def describe_token(row: TokenRow, now: datetime) -> TokenDescription:
    """Turn a row into the message."""
    return TokenDescription(
        id=row.id,
        role=row.role,
        envoy_name=row.envoy.name if row.envoy else None,
        person=row.person,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        successor_id=row.successor_id,
        last_used_at=row.last_used_at,
        holds=still_holds(row, now),
    )
