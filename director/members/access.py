"""Who is asking, and whether they may: token → Principal. What each operation takes stands at its handler."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.messages.base import Role
from contract.names import EnvoyName
from director.clock import Clock
from director.errors import ForbiddenError
from director.members.events import MembershipEvent
from director.members.holders import TokenHolder, no_valid_token
from director.members.rates import RateLimit, neighbourhood
from director.records.actors import Actor
from director.records.events import Event, UnreadEvent
from director.records.schema import TokenRow

HOSPITAL: Role = "hospital"
ANALYST: Role = "analyst"
ADMIN: Role = "admin"
ALL: frozenset[Role] = frozenset((HOSPITAL, ANALYST, ADMIN))

_NO_TOKEN = "cli"  # noqa: S105 - in a token's place, which has 12 hexadecimal digits


@dataclass(frozen=True)
class Permission:
    """Who may do an operation.

    Args:
        roles: None: anybody, without a token.
        is_upload: Whether it is counted with the uploads of a token.
    """

    roles: frozenset[Role] | None
    is_upload: bool = False


@dataclass(frozen=True)
class Principal:
    """Who is asking: a role, and for a hospital which one."""

    token_id: str
    role: Role
    envoy_name: EnvoyName | None = None

    @property
    def actor(self) -> Actor:
        """How logs and the audit name it, and whom the ledger lets act: nobody whose token was revoked meanwhile."""
        name = f"{self.role}:{self.envoy_name}:{self.token_id}" if self.envoy_name else f"{self.role}:{self.token_id}"
        return Actor(name) if self.token_id == _NO_TOKEN else TokenHolder(name, self.token_id)

    @property
    def own_envoy(self) -> EnvoyName:
        """Which hospital it is.

        Raises:
            ForbiddenError: It is none.
        """
        if self.envoy_name is None:
            raise ForbiddenError("This token is no hospital's.", hint="Use the hospital's own token.")
        return self.envoy_name

    def require_envoy(self, name: EnvoyName) -> None:
        """Let a hospital touch only what is its own.

        Raises:
            ForbiddenError: Another hospital's name.
        """
        if self.role == HOSPITAL and (self.envoy_name is None or self.envoy_name.folded != name.folded):
            raise ForbiddenError(
                f"This token is {self.envoy_name}'s and may not act for another hospital.",
                hint=f"Use the name {self.envoy_name}, or the other hospital's own token.",
            )


LOCAL_ADMIN = Principal(_NO_TOKEN, ADMIN)
"""Whoever can run ``fl-director`` on the data folder."""


@dataclass(frozen=True)
class Rates:
    """How much is taken each minute; 0: any number."""

    guesses: int = 0
    uploads: int = 0
    requests: int = 0


@dataclass(frozen=True)
class _KnownToken:
    principal: Principal
    expires_at: datetime


_NOBODYS = _KnownToken(Principal("", ANALYST), datetime.min.replace(tzinfo=UTC))
"""What is found for a token that is unknown: it never held."""


class Access:
    """Knows the tokens that hold now, in memory: the database is asked when it has changed, not for each request."""

    def __init__(self, clock: Clock, rates: Rates) -> None:
        self._clock = clock
        self._guesses = RateLimit(rates.guesses, "tokens that don't hold")
        self._uploads = RateLimit(rates.uploads, "uploads with this token")
        self._requests = RateLimit(rates.requests, "requests with this token")
        self._tokens: Mapping[str, _KnownToken] = {}
        self._ends: Mapping[str, datetime] = {}
        self._last_used: dict[str, datetime] = {}

    def concerns(self, event: Event) -> bool:
        """Tell whether an event may have changed which tokens hold."""
        return isinstance(event, MembershipEvent | UnreadEvent)

    def refresh(self, session: Session) -> None:
        """Learn the tokens anew, all at once."""
        rows = session.scalars(select(TokenRow).where(TokenRow.revoked_at.is_(None))).unique()
        self._tokens = {
            row.sha256: _KnownToken(Principal(row.id, row.role, row.envoy.name if row.envoy else None), row.expires_at)
            for row in rows
            if row.envoy is None or row.envoy.disabled_at is None
        }
        self._ends = {known.principal.token_id: known.expires_at for known in self._tokens.values()}

    def admit(self, authorization: str | None, permission: Permission, address: str) -> Principal | None:
        """Say who asks, if they have the permission; None where anyone has.

        The token is looked up by its digest, so that time tells nothing of how near a guess came; unknown, wrong,
        expired and revoked go the same way: one digest, one look, one comparison. A token that holds is let in however
        many guesses came from the same ``address``: it may be a proxy's, or shared by a hospital and a guesser.

        Raises:
            UnauthenticatedError: No token, or none that holds.
            ForbiddenError: The role may not.
            TooManyRequestsError: Too many guesses from this address, or too much with this token.
        """
        roles = permission.roles
        if roles is None:
            return None
        scheme, _, secret = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            secret = ""
        known = self._tokens.get(hashlib.sha256(secret.strip().encode()).hexdigest(), _NOBODYS)
        now = self._clock()
        if known.expires_at <= now:
            if authorization:
                self._guesses.take(neighbourhood(address), now)
            raise no_valid_token()
        principal = known.principal
        if principal.role not in roles:
            raise ForbiddenError(
                f"A token of role {principal.role} may not do this.",
                hint=f"It takes a token of: {', '.join(sorted(roles))}.",
                token_id=principal.token_id,
            )
        if self._requests.per_minute:
            self._requests.take(principal.token_id, now)
        if permission.is_upload:
            self._uploads.take(principal.token_id, now)
        self._last_used[principal.token_id] = now
        return principal

    def holds(self, caller: Principal) -> bool:
        """Tell whether the token of somebody who was let in, and stays, still holds."""
        return self._ends.get(caller.token_id, _NOBODYS.expires_at) > self._clock()

    def take_notes_of_use(self) -> Mapping[str, datetime]:
        """Give token id → last use since the last call, and forget it."""
        notes, self._last_used = self._last_used, {}
        return notes
