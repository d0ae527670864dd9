"""One-time sign-in links: a code, kept as its digest, that signs a person in once and within minutes."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from contract.messages.base import Role
from contract.names import Digest, EnvoyName
from director.errors import MalformedRequestError, UnauthenticatedError
from director.members.access import HOSPITAL
from director.members.events import SignInLinkMade
from director.members.holders import holds as still_holds
from director.members.tokens import issue_token
from director.records.ledger import Act
from director.records.schema import TokenRow
from director.records.session_schema import SignInLinkRow

HOLDS = timedelta(minutes=15)


@dataclass(frozen=True)
class SignInLink:
    """A link that was made; the code is here and nowhere else.

    Args:
        code: What it signs in with.
        token_id: Its token.
        expires_at: Until when it can be followed.
    """

    code: str
    token_id: str
    expires_at: datetime


def make_link(
    act: Act, *, role: Role, envoy_name: EnvoyName | None, person: str | None, longest: timedelta
) -> SignInLink:
    """Make a link with a token of its own, whose secret nobody learns and which lasts as long as a session may.

    Raises:
        MalformedRequestError: For a hospital's machine; or as ``tokens.issue_token``.
        CallerError: As ``tokens.issue_token``.
    """
    if role == HOSPITAL:
        raise MalformedRequestError(
            "A link signs a person in, and a hospital's machine is none.",
            hint="Give people at a hospital the role staff; a machine joins with fl-envoy join.",
        )
    token = issue_token(act, role=role, envoy_name=envoy_name, person=person, holds=longest)
    code = secrets.token_urlsafe(32)
    row = SignInLinkRow(
        sha256=Digest.of(code.encode()),
        token_id=token.id,
        created_at=act.now,
        expires_at=min(act.now + HOLDS, token.expires_at),
        used_at=None,
    )
    act.session.add(row)
    act.tell(SignInLinkMade(token_id=token.id, until=row.expires_at.isoformat()))
    return SignInLink(code, token.id, row.expires_at)


def require_link(session: Session, code: str, now: datetime) -> SignInLinkRow:
    """Find the link of a code that holds.

    Raises:
        UnauthenticatedError: Unknown, used, expired, or its token was revoked: they look the same and cost the same.
    """
    row = session.get(SignInLinkRow, Digest.of(code.strip().encode()))
    if row is None or row.used_at is not None or row.expires_at <= now or not still_holds(row.token, now):
        raise UnauthenticatedError(
            "This sign-in link does not hold.",
            hint="A link works once and for 15 minutes: have a new one made with fl-director token link.",
        )
    return row


def take_link(act: Act, code: str) -> TokenRow:
    """Use up a link; gives its token. Raises as ``require_link``."""
    row = require_link(act.session, code, act.now)
    row.used_at = act.now
    return row.token
