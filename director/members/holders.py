"""Whether a token or a session holds now, by its row: asked again under the write lock of each act that came with it.

Between the first look at a token and the act lie a body that came slowly and a gate that took its time; who was
revoked meanwhile does nothing more.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy.orm import Session

from contract.messages.base import Role
from contract.moments import shown_moment
from contract.names import EnvoyName
from director.errors import UnauthenticatedError
from director.records.actors import Actor
from director.records.schema import TokenRow
from director.records.session_schema import SessionRow


class TokenHolder(Actor):
    """Somebody who acts with a token, or in a session that was opened with it, for as long as it holds."""

    token_id: str
    session_id: str | None

    def __new__(cls, name: str, token_id: str, session_id: str | None = None) -> Self:
        """Name them as the audit does."""
        holder = super().__new__(cls, name)
        holder.token_id = token_id
        holder.session_id = session_id
        return holder

    def require_right(self, session: Session, now: datetime) -> None:
        """Look at the token once more, and at the session.

        Raises:
            UnauthenticatedError: It was revoked, it expired, its hospital was disabled; or the session has ended.
        """
        row = session.get(TokenRow, self.token_id)
        if row is None:
            raise no_valid_token()
        if not holds(row, now):
            raise TokenTerm.of(row).refusal()
        if self.session_id is not None:
            signed_in = session.get(SessionRow, self.session_id)
            if signed_in is None or signed_in.ended_at is not None or signed_in.expires_at <= now:
                raise no_open_session()


def holds(row: TokenRow, now: datetime) -> bool:
    """Tell whether a token may be used: neither revoked nor expired, its hospital not disabled."""
    return TokenTerm.of(row).is_open and now < row.expires_at


@dataclass(frozen=True)
class TokenTerm:
    """For whom and until when a token was, and how it ended: told to nobody but who shows its whole secret."""

    role: Role
    envoy_name: EnvoyName | None
    expires_at: datetime
    revoked_at: datetime | None
    is_replaced: bool
    is_shut_out: bool
    left_at: datetime | None = None

    @classmethod
    def of(cls, row: TokenRow) -> Self:
        """Read it from a row."""
        envoy = row.envoy
        return cls(
            row.role,
            envoy.name if envoy else None,
            row.expires_at,
            row.revoked_at,
            row.successor_id is not None,
            envoy is not None and envoy.disabled_at is not None,
            envoy.withdrawn_at if envoy is not None else None,
        )

    @property
    def is_open(self) -> bool:
        """Whether nothing but time ends it."""
        return self.revoked_at is None and not self.is_shut_out

    def refusal(self) -> UnauthenticatedError:
        """Say to whoever had it why it holds no more, whom to ask, and what follows then."""
        ask = "Ask the consortium's admin for another token"
        then = f"{ask}, then give it to: fl-envoy renew" if self.role == "hospital" else f"{ask}."
        if self.left_at is not None:
            return _ended(
                "revoked",
                f"{self.envoy_name} left this federation on {shown_moment(self.left_at)}, and its tokens hold no more.",
                "Where it takes part again, the consortium's admin admits it under another name.",
            )
        if self.revoked_at is not None:
            return _ended("revoked", f"This token was revoked on {shown_moment(self.revoked_at)}.", then)
        if self.is_shut_out:
            return _ended(
                "disabled",
                f"{self.envoy_name} is disabled at this director, and its tokens hold no more.",
                "Ask the consortium's admin why. Where it is enabled again, the same token holds again.",
            )
        if self.is_replaced:
            return _ended(
                "replaced",
                f"This token was replaced by another one and held until {shown_moment(self.expires_at)}.",
                f"Use the one that took its place. If nobody has it: {then[0].lower()}{then[1:]}",
            )
        return _ended("expired", f"This token expired on {shown_moment(self.expires_at)}.", then)


def _ended(how: str, sentence: str, hint: str) -> UnauthenticatedError:
    return UnauthenticatedError(sentence, hint=hint, ended=how)


def no_valid_token() -> UnauthenticatedError:
    """Refuse; unknown and wrong read the same."""
    return UnauthenticatedError(
        "No valid token came with this request.",
        hint="Send the header Authorization: Bearer TOKEN; ask the consortium's admin for a new token.",
    )


def no_open_session() -> UnauthenticatedError:
    """Refuse; a session that ended, in whichever way, reads like one that never was."""
    return UnauthenticatedError(
        "Nobody is signed in with this cookie.", hint="Sign in again, with your token or a one-time link."
    )
