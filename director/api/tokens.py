"""Tokens: listing, issuing, rotating, revoking."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path

from contract.messages.base import Page, Role
from contract.messages.tokens import IssuedToken, RotationRequest, TokenDescription, TokenRequest
from contract.names import EnvoyName
from director.api.guard import Caller, CursorByMoment, GuardedRoute, IdempotencyKey, PageLimit, Serving, may
from director.members.access import ADMIN, HOSPITAL

router = APIRouter(route_class=GuardedRoute, tags=["tokens"])

# The form is told, not checked: what has another is not there.
TokenId = Annotated[str, Path(json_schema_extra={"pattern": "^[0-9a-f]{12}$"})]


@router.get("/tokens")
@may(ADMIN)
def list_tokens(
    caller: Caller,
    director: Serving,
    role: Role | None = None,
    envoy_name: EnvoyName | None = None,
    limit: PageLimit = 50,
    cursor: CursorByMoment = None,
) -> Page[TokenDescription]:
    """List tokens without their secrets, newest first: when they end, and when they were last used."""
    return director.members.list_tokens(caller, role=role, envoy_name=envoy_name, limit=limit, cursor=cursor)


@router.post("/tokens", status_code=201)
@may(ADMIN)
def issue_token(
    request: TokenRequest, caller: Caller, director: Serving, idempotency_key: IdempotencyKey = None
) -> IssuedToken:
    """Issue a token; its secret is in this answer and nowhere else.

    The same again under the same Idempotency-Key, within 15 minutes, gives the same token a fresh secret: the one
    whose answer was lost stops to hold.
    """
    lasting = _span(request.expires_in_seconds)
    return director.members.issue_token(
        caller, request.role, request.envoy_name, lasting, idempotency_key, request.person
    )


@router.post("/tokens/self/rotate", status_code=201)  # before the one whose path takes any word for a token
@may(HOSPITAL)
def rotate_own_token(caller: Caller, director: Serving) -> IssuedToken:
    """Issue a token in the place of the hospital's own: both hold until the overlap ends, then only the new one.

    Where the answer was lost, ask again with the old one: until the new one was used it gets a fresh secret.
    """
    return director.members.rotate_own_token(caller)


@router.delete("/tokens/self")
@may(HOSPITAL)
def revoke_own_token(caller: Caller, director: Serving) -> TokenDescription:
    """Revoke the hospital's own token at once, and all that were issued in its place or that it took the place of."""
    return director.members.revoke_own_token(caller)


@router.post("/tokens/{token_id}/rotate", status_code=201)
@may(ADMIN)
def rotate_token(
    token_id: TokenId,
    caller: Caller,
    director: Serving,
    request: RotationRequest | None = None,
    idempotency_key: IdempotencyKey = None,
) -> IssuedToken:
    """Issue a token in another's place: both hold until the overlap ends, then only the new one.

    An Idempotency-Key works as for a token that is issued.
    """
    overlap = _span(request.overlap_seconds if request is not None else None)
    return director.members.rotate_token(caller, token_id, overlap, idempotency_key)


@router.delete("/tokens/{token_id}")
@may(ADMIN)
def revoke_token(token_id: TokenId, caller: Caller, director: Serving) -> TokenDescription:
    """Revoke a token at once; again is no error."""
    return director.members.revoke_token(caller, token_id)


def _span(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
