"""Who may do what: token → Principal, and the one table of roles and operations. Deny by default."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.messages import Role
from contract.names import EnvoyName
from director.clock import Clock
from director.errors import ForbiddenError, UnauthenticatedError
from director.members.rates import RateLimit, neighbourhood
from director.records.schema import TokenRow

HOSPITAL: Role = "hospital"
ANALYST: Role = "analyst"
ADMIN: Role = "admin"
ALL: frozenset[Role] = frozenset((HOSPITAL, ANALYST, ADMIN))

# The name of an operation is the name of its handler; a route whose name is not here can't be made (api.guard).
POLICY: Mapping[str, frozenset[Role] | None] = {
    "live": None,
    "ready": None,
    "home": None,
    "documentation": None,
    "openapi": None,  # the program is public, and so is what it can be asked; answers are not
    "join": None,
    "upload": frozenset((HOSPITAL,)),
    "report_statistics": frozenset((HOSPITAL,)),
    "list_statistics": frozenset((HOSPITAL, ADMIN)),
    "release_statistics": frozenset((ADMIN,)),
    "reject_statistics": frozenset((ADMIN,)),
    "get_start": frozenset((HOSPITAL,)),
    "get_blob": frozenset((HOSPITAL,)),
    "list_tasks": ALL,
    "get_task": ALL,
    "infer": ALL,
    "infer_batch": ALL,
    "infer_global": ALL,
    "infer_global_batch": ALL,
    "list_envoys": ALL,
    "get_envoy": ALL,
    "list_tokens": frozenset((ADMIN,)),
    "issue_token": frozenset((ADMIN,)),
    "rotate_token": frozenset((ADMIN,)),
    "revoke_token": frozenset((ADMIN,)),
    "add_envoy": frozenset((ADMIN,)),
    "disable_envoy": frozenset((ADMIN,)),
    "list_submissions": frozenset((HOSPITAL, ADMIN)),
    "get_submission": frozenset((HOSPITAL, ADMIN)),
    "release_submission": frozenset((ADMIN,)),
    "reject_submission": frozenset((ADMIN,)),
    "get_validation": frozenset((ADMIN,)),
    "set_validation": frozenset((ADMIN,)),
    "clear_validation": frozenset((ADMIN,)),
    "aggregate": frozenset((ADMIN,)),
    "list_global_models": ALL,
    "get_global_model": ALL,
    "download_global_model": ALL,
    "download_global_scaler": ALL,
    "publish_global_model": frozenset((ADMIN,)),
    "list_audit": frozenset((ADMIN,)),
    "verify_audit": frozenset((ADMIN,)),
    "export_audit": frozenset((ADMIN,)),
}

_UPLOADS = frozenset(("upload", "report_statistics"))
"""What a hospital writes."""


@dataclass(frozen=True)
class Principal:
    """Who is asking: a role, and for a hospital which one."""

    token_id: str
    role: Role
    envoy_name: EnvoyName | None = None

    @property
    def actor(self) -> str:
        """How logs and the audit name it."""
        return f"{self.role}:{self.envoy_name}:{self.token_id}" if self.envoy_name else f"{self.role}:{self.token_id}"

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


LOCAL_ADMIN = Principal(token_id="cli", role=ADMIN)  # noqa: S106 - a name, not a secret
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


class Doorkeeper:
    """Knows the tokens that hold now, in memory: the database is asked when it has changed, not for each request."""

    def __init__(self, clock: Clock, rates: Rates) -> None:
        self._clock = clock
        self._guesses = RateLimit(rates.guesses, "tokens that don't hold")
        self._uploads = RateLimit(rates.uploads, "uploads with this token")
        self._requests = RateLimit(rates.requests, "requests with this token")
        self._tokens: Mapping[str, _KnownToken] = {}
        self._last_used: dict[str, datetime] = {}

    def refresh(self, session: Session) -> None:
        """Learn the tokens anew, all at once."""
        rows = session.scalars(select(TokenRow).where(TokenRow.revoked_at.is_(None))).unique()
        self._tokens = {
            row.sha256: _KnownToken(Principal(row.id, row.role, row.envoy.name if row.envoy else None), row.expires_at)
            for row in rows
            if row.envoy is None or row.envoy.disabled_at is None
        }

    def admit(self, authorization: str | None, operation: str, address: str) -> Principal | None:
        """Say who asks, if they may do ``operation``; None where anyone may.

        The token is looked up by its digest, so that time tells nothing of how near a guess came; unknown, wrong,
        expired and revoked go the same way: one digest, one look, one comparison. A token that holds is let in however
        many guesses came from the same ``address``: it may be a proxy's, or shared by a hospital and a guesser.

        Raises:
            UnauthenticatedError: No token, or none that holds.
            ForbiddenError: The role may not.
            TooManyRequestsError: Too many guesses from this address, or too much with this token.
        """
        roles = POLICY[operation]
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
            raise UnauthenticatedError(
                "No valid token came with this request.",
                hint="Send the header Authorization: Bearer TOKEN; ask the consortium's admin for a new token.",
            )
        principal = known.principal
        if principal.role not in roles:
            raise ForbiddenError(
                f"A token of role {principal.role} may not do this.",
                hint=f"It takes a token of: {', '.join(sorted(roles))}.",
                token_id=principal.token_id,
            )
        if self._requests.per_minute:
            self._requests.take(principal.token_id, now)
        if operation in _UPLOADS:
            self._uploads.take(principal.token_id, now)
        self._last_used[principal.token_id] = now
        return principal

    def take_notes_of_use(self) -> Mapping[str, datetime]:
        """Give token id → last use since the last call, and forget it."""
        notes, self._last_used = self._last_used, {}
        return notes
