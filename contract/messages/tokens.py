"""Tokens: issued once with their secret, described without it."""

from datetime import datetime

from contract.messages.base import Message, Role
from contract.names import EnvoyName


class IssuedToken(Message):
    """A fresh token; the secret is shown this once."""

    token: str
    id: str
    role: Role
    envoy_name: EnvoyName | None = None
    expires_at: datetime


class TokenDescription(Message):
    """A token without its secret."""

    id: str
    role: Role
    envoy_name: EnvoyName | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
