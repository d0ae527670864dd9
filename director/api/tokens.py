"""Tokens: listing, issuing, rotating, revoking."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query

from contract.messages import IssuedToken, Page, Role, RotationRequest, TokenDescription, TokenRequest
from contract.names import EnvoyName
from director.api.guard import Caller, Cursor, GuardedRoute, IdempotencyKey, Serving
from director.members import tokens
from director.members.registry import MAX_PAGE

router = APIRouter(route_class=GuardedRoute, tags=["tokens"])

# The form is told, not checked: what has another is not there.
TokenId = Annotated[str, Path(json_schema_extra={"pattern": "^[0-9a-f]{12}$"})]


@router.get("/tokens")
def list_tokens(
    director: Serving,
    role: Role | None = None,
    envoy_name: EnvoyName | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    cursor: Cursor = None,
) -> Page[TokenDescription]:
    """List tokens without their secrets, newest first: when they end, and when they were last used."""
    with director.database.read() as session:
        return tokens.token_page(session, role=role, envoy_name=envoy_name, limit=limit, cursor=cursor)


@router.post("/tokens", status_code=201)
def issue_token(
    request: TokenRequest, caller: Caller, director: Serving, idempotency_key: IdempotencyKey = None
) -> IssuedToken:
    """Issue a token; its secret is in this answer and nowhere else.

    The same again under the same Idempotency-Key, within 15 minutes, gives the same token a fresh secret: the one
    whose answer was lost stops to hold.
    """
    longest = timedelta(days=director.settings.token_days)
    asked = None if request.expires_in_seconds is None else timedelta(seconds=request.expires_in_seconds)
    with director.database.write() as session:
        now, actor = director.clock(), caller.actor
        token = tokens.issue_once(
            session,
            idempotency_key,
            ["issue_token", request.model_dump_json()],
            lambda: tokens.issue_token(
                session,
                role=request.role,
                envoy_name=request.envoy_name,
                now=now,
                holds=tokens.span_to_hold(asked, longest),
                actor=actor,
            ),
            now=now,
            actor=actor,
        )
    director.refresh()
    return token


@router.post("/tokens/{token_id}/rotate", status_code=201)
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
    settings = director.settings
    asked = None if request is None else request.overlap_seconds
    overlap = timedelta(hours=settings.rotation_overlap_hours) if asked is None else timedelta(seconds=asked)
    with director.database.write() as session:
        now, actor = director.clock(), caller.actor
        token = tokens.issue_once(
            session,
            idempotency_key,
            ["rotate_token", token_id, str(asked)],
            lambda: tokens.rotate_token(
                session,
                token_id,
                now=now,
                overlap=overlap,
                longest=timedelta(days=settings.token_days),
                actor=actor,
            ),
            now=now,
            actor=actor,
        )
    director.refresh()
    return token


@router.delete("/tokens/{token_id}")
def revoke_token(token_id: TokenId, caller: Caller, director: Serving) -> TokenDescription:
    """Revoke a token at once; again is no error."""
    with director.database.write() as session:
        tokens.revoke_token(session, token_id, now=director.clock(), actor=caller.actor)
        description = tokens.describe_token(session, token_id)
    director.refresh()
    return description
