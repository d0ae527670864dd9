"""Who is asking, and whether they may: token → Principal. What each operation takes stands at its handler."""

import hashlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.messages.base import Role
from contract.names import EnvoyName
from director.clock import Clock
from director.errors import ForbiddenError
from director.members.events import MembershipEvent
from director.members.holders import TokenHolder, TokenTerm, no_open_session, no_valid_token
from director.members.open_sessions import OpenSessions
from director.members.rates import RateLimit, neighbourhood
from director.records.actors import Actor
from director.records.events import Event, UnreadEvent
from director.records.schema import TokenRow

HOSPITAL: Role = "hospital"
STAFF: Role = "staff"
ANALYST: Role = "analyst"
ADMIN: Role = "admin"
ALL: frozenset[Role] = frozenset((HOSPITAL, STAFF, ANALYST, ADMIN))
OF_ONE_HOSPITAL: frozenset[Role] = frozenset((HOSPITAL, STAFF))
"""A hospital's machine, and the people who work there: nothing of another hospital is theirs."""

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
    """Who is asking: a role, for a hospital and its staff which one, and where a token names its person who."""

    token_id: str
    role: Role
    envoy_name: EnvoyName | None = None
    person: str | None = None
    session_id: str | None = None

    @property
    def actor(self) -> Actor:
        """How logs and the audit name it, and whom the ledger lets act: nobody whose token was revoked meanwhile."""
        name = f"{self.role}:{self.envoy_name}:{self.token_id}" if self.envoy_name else f"{self.role}:{self.token_id}"
        return Actor(name) if self.token_id == _NO_TOKEN else TokenHolder(name, self.token_id, self.session_id)

    @property
    def own_envoy(self) -> EnvoyName:
        """Which hospital it is.

        Raises:
            ForbiddenError: It is none.
        """
        if self.envoy_name is None:
            raise ForbiddenError("This token is no hospital's.", hint="Use the hospital's own token.")
        return self.envoy_name

    def require_session(self) -> str:
        """Refuse who came with a token; gives which session it is.

        Raises:
            ForbiddenError: The request is in no session.
        """
        if self.session_id is None:
            raise ForbiddenError(
                "This request came with a token and is in no session.",
                hint="Sign in (POST /session), then ask with its cookie and without the header Authorization.",
            )
        return self.session_id

    def in_session(self, session_id: str) -> "Principal":
        """Give the same one, signed in."""
        return replace(self, session_id=session_id)

    def require_envoy(self, name: EnvoyName) -> None:
        """Let a hospital and its staff touch only what is its own.

        Raises:
            ForbiddenError: Another hospital's name.
        """
        if self.role in OF_ONE_HOSPITAL and (self.envoy_name is None or self.envoy_name.folded != name.folded):
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
    holds_until: datetime
    term: TokenTerm | None = None


def _known(row: TokenRow) -> _KnownToken:
    term = TokenTerm.of(row)
    principal = Principal(row.id, row.role, term.envoy_name, row.person)
    return _KnownToken(principal, row.expires_at if term.is_open else _NEVER, term)


_NEVER = datetime.min.replace(tzinfo=UTC)
_NOBODYS = _KnownToken(Principal("", ANALYST), _NEVER)
"""What is found for a token that is unknown: it never held."""


class Access:
    """Knows the tokens and sessions that hold now, in memory: the database is asked when it has changed alone.

    Those that hold no more are known too, so that whoever has one reads why.

    Args:
        clock: The time.
        rates: How much is taken.
        idle: A session ends where nobody did anything for so long.
    """

    def __init__(self, clock: Clock, rates: Rates, idle: timedelta = timedelta(minutes=30)) -> None:
        self._clock = clock
        self.sessions = OpenSessions(idle)
        self._guesses = RateLimit(rates.guesses, "tokens that don't hold")
        self._uploads = RateLimit(rates.uploads, "uploads with this token")
        self._requests = RateLimit(rates.requests, "requests with this token")
        self._tokens: Mapping[str, _KnownToken] = {}
        self._by_id: Mapping[str, _KnownToken] = {}
        self._last_used: dict[str, datetime] = {}

    def concerns(self, event: Event) -> bool:
        """Tell whether an event may have changed which tokens hold."""
        return isinstance(event, MembershipEvent | UnreadEvent)

    def refresh(self, session: Session) -> None:
        """Learn the tokens anew, all at once."""
        rows = session.scalars(select(TokenRow)).unique()
        self._tokens = {row.sha256: _known(row) for row in rows}
        self._by_id = {known.principal.token_id: known for known in self._tokens.values()}
        self.sessions.refresh(session, self._clock())

    def admit(self, authorization: str | None, permission: Permission, address: str) -> Principal | None:
        """Say who asks, if they have the permission; None where anyone has.

        The token is looked up by its digest, so that time tells nothing of how near a guess came; unknown, wrong,
        expired and revoked go the same way: one digest, one look, one comparison. How a token ended is told to who
        shows its secret whole, and so to no guesser. A token that holds is let in however
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
        if known.holds_until <= now:
            if authorization:
                self._guesses.take(neighbourhood(address), now)
            raise no_valid_token() if known.term is None else known.term.refusal()
        return self._let_in(known.principal, permission, now)

    def admit_session(self, secret: str, permission: Permission, address: str, *, is_use: bool) -> Principal:
        """Say who asks with a session's cookie, if they have the permission.

        Args:
            secret: The cookie's.
            permission: What is asked for.
            address: Where the request came from.
            is_use: Whether somebody does something, so that the session is not idle.

        Raises:
            UnauthenticatedError: No session that holds; its token counts too.
            ForbiddenError, TooManyRequestsError: As ``admit``.
        """
        found, now = self.sessions.with_secret(secret), self._clock()
        known = self._by_id.get(found.token_id, _NOBODYS)
        if known.holds_until <= now or not self.sessions.holds(found, now):
            self._guesses.take(neighbourhood(address), now)
            raise no_open_session()
        principal = self._let_in(known.principal.in_session(found.id), permission, now)
        if is_use:
            self.sessions.use(found, now)
        return principal

    def _let_in(self, principal: Principal, permission: Permission, now: datetime) -> Principal:
        """Let in whoever shows something that holds, if the role may and not too much came."""
        roles = permission.roles or ALL
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
        """Tell whether the token of somebody who was let in, and stays, still holds; and the session, if any."""
        now = self._clock()
        if self._by_id.get(caller.token_id, _NOBODYS).holds_until <= now:
            return False
        return caller.session_id is None or self.sessions.holds(self.sessions.with_id(caller.session_id), now)

    def guessing(self, address: str) -> AbstractContextManager[None]:
        """Count an attempt with a code that does not hold, as one with a token; raises TooManyRequestsError."""
        return self._guesses.of_failures(neighbourhood(address), self._clock())

    def take_notes_of_use(self) -> Mapping[str, datetime]:
        """Give token id → last use since the last call, and forget it."""
        notes, self._last_used = self._last_used, {}
        return notes
