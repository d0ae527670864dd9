"""At the door: which refusals turn somebody away, for whoever keeps count of that."""

from fastapi import Request

from contract.errors import FederationError
from director.api.address import address_of
from director.api.cookies import secret_in
from director.errors import (
    CrossSiteError,
    CsrfTokenMissingError,
    ForbiddenError,
    TooManyRequestsError,
    UnauthenticatedError,
)
from director.members.denials import Denial, DenialKind, Denials

_NOT_ALLOWED = (ForbiddenError, CsrfTokenMissingError, CrossSiteError)
_WITH_A_CODE = frozenset((("POST", "/join"), ("POST", "/session")))


def note_denied(request: Request, error: Exception) -> None:
    """Let a refusal be counted, if somebody was turned away by it."""
    kind = kind_of(request, error)
    director = getattr(request.app.state, "director", None) if kind is not None else None
    if kind is None or director is None:
        return
    denials: Denials = director.denials
    caller = getattr(request.state, "caller", None)
    who = str(caller.actor) if caller is not None else getattr(error, "facts", {}).get("token_id")
    path, request_id = str(request.scope["path"]), str(request.scope.get("request_id", ""))
    denials.note(Denial(kind, address_of(request), request.method, path, request_id, who and str(who)))


def kind_of(request: Request, error: Exception) -> DenialKind | None:
    """Say how an error turns somebody away; None: it doesn't.

    Who shows nothing at all (a page that asks whether somebody is signed in, a look at the door) is told to come with
    a token, and was not turned away.
    """
    if not isinstance(error, FederationError):
        return None
    if isinstance(error, TooManyRequestsError):
        return "rate"
    if isinstance(error, _NOT_ALLOWED):
        return "forbidden"
    if not isinstance(error, UnauthenticatedError):
        return None
    if (request.method, request.scope["path"]) in _WITH_A_CODE:
        return "code"
    if request.headers.get("authorization"):
        return "token"
    return "session" if secret_in(request) is not None else None
