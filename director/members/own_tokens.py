"""A hospital's own token in the hospital's own hands: put in another's place, and ended, without the admin.

Whoever holds the token may do so, as whoever holds it may all that the hospital may. Nothing is lost by a cut: the
answer with the new secret may be asked for again with the old token, until the new one was used for the first time.
"""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from contract.messages.tokens import IssuedToken, TokenDescription
from director.members.holders import holds as still_holds
from director.members.tokens import REPEATED_WITHIN, refresh_secret, revoke_token, rotate_token, token_row
from director.records.ledger import Act
from director.records.schema import TokenRow


def rotate_own(act: Act, token_id: str, *, overlap: timedelta, longest: timedelta) -> IssuedToken:
    """Issue a token in the place of the one that asks; both hold until the overlap ends.

    Where it has a successor already that nobody has used, that one gets a fresh secret: the answer with the first was
    lost. The overlap is never shorter than somebody needs who asks again.

    Raises:
        ConflictError: The successor is in use.
    """
    row = token_row(act.session, token_id)
    successor = act.session.get(TokenRow, row.successor_id) if row.successor_id is not None else None
    if successor is not None and successor.last_used_at is None and still_holds(successor, act.now):
        return refresh_secret(act, successor)
    return rotate_token(act, token_id, overlap=max(overlap, REPEATED_WITHIN), longest=longest)


def revoke_own(act: Act, token_id: str) -> TokenDescription:
    """End the token that asks, with whatever was issued in its place and whatever it took the place of."""
    for row in list(_line_of(act.session, token_row(act.session, token_id))):
        revoke_token(act, row.id)
    return revoke_token(act, token_id)


def _line_of(session: Session, row: TokenRow) -> Iterator[TokenRow]:
    """Give a token and all that were rotated from and to it."""
    later: TokenRow | None = row
    while later is not None:
        yield later
        later = session.get(TokenRow, later.successor_id) if later.successor_id is not None else None
    wanted = [row.id]
    while wanted:
        earlier = session.scalars(select(TokenRow).where(TokenRow.successor_id.in_(wanted))).unique().all()
        yield from earlier
        wanted = [each.id for each in earlier]
