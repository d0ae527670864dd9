"""Whether a token or a session holds now, by its row: asked again under the write lock of each act that came with it.

Between the first look at a token and the act lie a body that came slowly and a gate that took its time; who was
revoked meanwhile does nothing more.
"""

from datetime import datetime
from typing import Self

from sqlalchemy.orm import Session

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
        if row is None or not holds(row, now):
            raise no_valid_token()
        if self.session_id is not None:
            signed_in = session.get(SessionRow, self.session_id)
            if signed_in is None or signed_in.ended_at is not None or signed_in.expires_at <= now:
                raise no_open_session()


def holds(row: TokenRow, now: datetime) -> bool:
    """Tell whether a token may be used: neither revoked nor expired, its hospital not disabled."""
    is_shut_out = row.envoy is not None and row.envoy.disabled_at is not None
    return row.revoked_at is None and now < row.expires_at and not is_shut_out


def no_valid_token() -> UnauthenticatedError:
    """Refuse; unknown, wrong, expired and revoked read the same."""
    return UnauthenticatedError(
        "No valid token came with this request.",
        hint="Send the header Authorization: Bearer TOKEN; ask the consortium's admin for a new token.",
    )


def no_open_session() -> UnauthenticatedError:
    """Refuse; a session that ended, in whichever way, reads like one that never was."""
    return UnauthenticatedError(
        "Nobody is signed in with this cookie.", hint="Sign in again, with your token or a one-time link."
    )
