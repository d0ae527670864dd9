"""One key, one act: a repeated request finds what the first one did."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from contract.names import Digest
from director.errors import IdempotencyKeyReusedError, MalformedRequestError
from director.records.ledger import Act
from director.records.schema import IdempotencyKeyRow

MAX_KEY_LENGTH = 200


def find(session: Session, caller: str, key: str | None, request: Sequence[str]) -> str | None:
    """Give the reference that the key's first use left; None for a fresh key or no key.

    Raises:
        MalformedRequestError: The key is empty or too long.
        IdempotencyKeyReusedError: The key belongs to another request.
    """
    if key is None:
        return None
    if not 1 <= len(key) <= MAX_KEY_LENGTH:
        raise MalformedRequestError(
            f"An Idempotency-Key has 1 to {MAX_KEY_LENGTH} characters.", hint="Use a random UUID for each act."
        )
    row = session.get(IdempotencyKeyRow, (caller, key))
    if row is None:
        return None
    if row.request_sha256 != _digest(request):
        raise IdempotencyKeyReusedError(
            "This Idempotency-Key was used for another request.", hint="Use a fresh key for each act."
        )
    return row.reference


def keep(act: Act, key: str | None, request: Sequence[str], reference: str) -> None:
    """Remember what the act left, in its own transaction."""
    if key is not None:
        act.session.add(
            IdempotencyKeyRow(
                caller=act.actor, key=key, request_sha256=_digest(request), reference=reference, created_at=act.now
            )
        )


def _digest(request: Sequence[str]) -> Digest:
    return Digest.of("\n".join(request).encode())
