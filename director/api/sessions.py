"""Signing in and out: a token, or a one-time link, for a cookie that no script can read."""

import time
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from contract.messages.sessions import SessionDescription, SignInRequest
from director.api.address import address_of
from director.api.cookies import clear_cookie, csrf_token_of, give_cookie, require_own_page, secret_in
from director.api.guard import Caller, GuardedRoute, Serving, anybody, may
from director.api.permissions import operations_of
from director.assembly import Director
from director.members.access import ADMIN, ANALYST, STAFF
from director.members.holders import no_open_session
from director.members.people import SignedIn

router = APIRouter(route_class=GuardedRoute, tags=["sessions"])

LEARNED_SECONDS = 0.05
"""After so long the other workers have learned of an act, unless they are very busy."""


@router.post("/session", status_code=201)
@anybody
def sign_in(request: SignInRequest, connection: Request, response: Response, director: Serving) -> SessionDescription:
    """Sign a person in: staff, analyst or admin, never a hospital's machine."""
    require_own_page(connection)  # else another site's page could sign its reader in as somebody else
    signed_in = _signed_in(request, director, address_of(connection))
    give_cookie(connection, response, signed_in.secret)
    return _described(connection, director, signed_in)


@router.get("/session")
@may(STAFF, ANALYST, ADMIN, in_session=True)
def get_session(connection: Request, caller: Caller, director: Serving) -> SessionDescription:
    """Say who is signed in by the cookie."""
    secret = secret_in(connection)
    if secret is None:
        raise no_open_session()
    return _described(connection, director, SignedIn(secret, caller, director.people.ends_at(caller)))


@router.delete("/session", status_code=204)
@may(STAFF, ANALYST, ADMIN, in_session=True)
def sign_out(
    connection: Request,
    response: Response,
    caller: Caller,
    director: Serving,
    everywhere: Annotated[
        bool, Query(description="End every session of the same person, or of the same token where it names none.")
    ] = False,
) -> None:
    """Sign out."""
    director.people.sign_out(caller, everywhere=everywhere)
    clear_cookie(connection, response)


def _signed_in(request: SignInRequest, director: Director, address: str) -> SignedIn:
    if request.token is not None:
        signed_in = director.people.sign_in(request.token, address)
    else:
        signed_in = director.people.follow_link(request.link or "", address)
    time.sleep(LEARNED_SECONDS)  # on a thread: the page asks much at once, and not all of it this worker
    return signed_in


def _described(connection: Request, director: Director, signed_in: SignedIn) -> SessionDescription:
    caller = signed_in.caller
    return SessionDescription(
        role=caller.role,
        envoy_name=caller.envoy_name,
        person=caller.person,
        token_id=caller.token_id,
        csrf_token=csrf_token_of(signed_in.secret),
        expires_at=signed_in.expires_at,
        idle_seconds=int(director.people.idle.total_seconds()),
        operations=operations_of(connection.app.routes, caller.role),
        version=connection.app.version,
        banner=director.settings.banner,
    )
