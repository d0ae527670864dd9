"""Tokens: issued once with their secret, described without it."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from contract.messages.base import Message, Role
from contract.names import EnvoyName
from contract.visible_text import ONE_FILLED_LINE

_TEN_YEARS_IN_SECONDS = 10 * 365 * 86_400

Person = Annotated[str, Field(min_length=1, max_length=100, pattern=ONE_FILLED_LINE)]
"""Whose token it is, as the audit shall show it; blanks alone name nobody."""


class TokenRequest(Message):
    """A token to issue; ``envoy_name`` with the roles hospital and staff, and only then."""

    role: Role
    envoy_name: EnvoyName | None = None
    person: Person | None = Field(default=None, description="Whose it is; a hospital's machine is nobody.")
    expires_in_seconds: Annotated[int, Field(ge=1, le=_TEN_YEARS_IN_SECONDS)] | None = Field(
        None, description="How long it holds; else, and at most, as long as the director is set to."
    )


class RotationRequest(Message):
    """How long the old secret still holds beside the new one."""

    overlap_seconds: Annotated[int, Field(ge=0, le=_TEN_YEARS_IN_SECONDS)] | None = Field(
        None, description="Else as long as the director is set to; never longer than the old token's own expiry."
    )


class IssuedToken(Message):
    """A fresh token; the secret is shown this once."""

    token: str
    id: str
    role: Role
    envoy_name: EnvoyName | None = None
    person: str | None = Field(
        default=None,
        exclude_if=lambda value: value is None,  # an envoy of the version before takes no further field
    )
    expires_at: datetime


class TokenDescription(Message):
    """A token without its secret; ``successor_id`` names the token that takes its place."""

    id: str
    role: Role
    envoy_name: EnvoyName | None
    person: str | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    successor_id: str | None
    last_used_at: datetime | None
    holds: bool | None = Field(
        default=None,
        description="Whether it may be used now: neither revoked nor expired, its hospital not disabled.",
    )
