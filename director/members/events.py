"""What happens to hospitals and tokens."""

import logging
from typing import Literal

from pydantic import Field

from contract.messages.base import Role
from contract.names import Digest, EnvoyName
from director.records.events import Event


class MembershipEvent(Event):
    """Who may come in has changed, or what hospitals there are."""


class EnvoyEvent(MembershipEvent):
    """Something was done to a hospital."""

    about = ("envoy",)

    envoy: EnvoyName


class EnvoyAdded(EnvoyEvent, act="envoy.add"):
    """A hospital was admitted to the federation."""


class CodeIssued(EnvoyEvent, act="envoy.code"):
    """A hospital got a one-time code; its earlier ones stopped to hold."""

    code_sha256: Digest | None = Field(default=None, exclude_if=lambda value: value is None)
    """So that no other code can be put in its place; the versions before did not say it."""


class EnvoyDisabled(EnvoyEvent, act="envoy.disable"):
    """A hospital was disabled."""


class EnvoyEnabled(EnvoyEvent, act="envoy.enable"):
    """A disabled hospital takes part again."""


class EnvoyWithdrawn(EnvoyEvent, act="envoy.withdraw"):
    """A hospital left for good: it was disabled, its tokens revoked; what it had sent counts and is kept no more."""

    reason: str
    uploads: int
    """So many versions of its models were taken out."""
    reports: int
    """So many reports of statistics were removed."""
    files: int
    """So many files were let go; one that another row names stays for that."""
    bytes: int
    learned: dict[str, tuple[int, ...]]
    """Task → the global versions that learned from it."""


class EnvoyExpected(EnvoyEvent, act="envoy.expect"):
    """The admin said how many training examples a hospital counts for at most, or took it back."""

    num_examples: int | None


class AccessDenied(Event, act="access.denied"):
    """People and machines were turned away: all of one minute, as one worker met them.

    An address of IPv6 stands for its /64. ``others`` came from addresses beyond those that are told apart.
    """

    level = logging.WARNING

    since: str
    until: str
    denied: dict[str, int]
    """Why → how often."""
    addresses: int
    worst: dict[str, int]
    """Those that came most → how often; the worst first."""
    others: int


class TokenEvent(MembershipEvent):
    """Something was done to a token."""

    about = ("token_id",)

    token_id: str


class TokenIssued(TokenEvent, act="token.issue"):
    """A token was issued."""

    role: Role
    envoy: EnvoyName | None
    person: str | None = Field(default=None, exclude_if=lambda value: value is None)
    """Whose it is; where nobody said it, its record reads as those of the version before."""
    secret_sha256: Digest | None = Field(default=None, exclude_if=lambda value: value is None)
    """So that no other secret can be put in its place; the versions before did not say it, nor until when it holds."""
    holds_until: str | None = Field(default=None, exclude_if=lambda value: value is None)


class TokenIssuedAgain(TokenEvent, act="token.issue_again"):
    """A token got a fresh secret, because the answer with the first one was lost."""

    secret_sha256: Digest | None = Field(default=None, exclude_if=lambda value: value is None)


class TokenRotated(TokenEvent, act="token.rotate"):
    """A token got a successor."""

    successor: str
    holds_until: str


class TokenRevoked(TokenEvent, act="token.revoke"):
    """A token was revoked."""


EndOfSession = Literal["signed_out", "everywhere", "token", "too_many", "restored"]
"""By themselves; with all others of theirs; its token got another secret; more were open than may; in a copy."""


class SessionOpened(TokenEvent, act="session.open"):
    """A person signed in."""

    session: str
    until: str
    by_link: bool


class SessionEnded(TokenEvent, act="session.end"):
    """A session was ended; one that ends by itself, idle or at its end, is no act."""

    session: str
    why: EndOfSession


class SignInLinkMade(TokenEvent, act="session.link"):
    """A one-time sign-in link was made, with a token of its own."""

    until: str
