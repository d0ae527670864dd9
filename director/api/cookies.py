"""The cookie of a session: how it is given and taken away, and what must come with it before it counts.

A browser sends a cookie along whoever's page asks. So it counts only where the request comes from the director's own
pages, and for what changes something only with a token that no other page can read. That token follows from the
cookie's secret (HMAC), so that nothing more is kept. Knows no sessions.
"""

import hashlib
import hmac
from collections.abc import Iterator
from urllib.parse import urlsplit

from fastapi import Request, Response

from director.errors import CrossSiteError, CsrfTokenMissingError

COOKIE = "fld_session"
CSRF_HEADER = "X-CSRF-Token"
BACKGROUND_HEADER = "X-Background"
"""With the value 1: a page fetches this by itself, and nobody does anything."""

_HARMLESS = frozenset(("GET", "HEAD"))
_BLANKS = " \t"
_OWN_SITES = frozenset(("same-origin", "none"))
"""What a browser says of its own pages' requests, and of what a person types or opens. Another host of the same site
("same-site") is another's: the cookie goes along with whatever it lets a page fetch, and who read a model is on record.
"""


def cookie_name(request: Request) -> str:
    """Give what the cookie is called: over https so that no other host of the same site can set it."""
    return f"__Host-{COOKIE}" if _is_https(request) else COOKIE


def secret_in(request: Request) -> str | None:
    """Give the secret of the session that a request shows; None: it shows none, or two that differ.

    Read by this cookie's very name. The framework's own reader lets blanks fall that are none in a cookie (such as
    U+00A0), with which another host of the same site can set what looks to it like ``__Host-``; and of two it takes
    the last one, whoever set it.
    """
    wanted = cookie_name(request)
    shown = {value for name, value in _cookies_of(request) if name == wanted}
    return shown.pop() or None if len(shown) == 1 else None


def csrf_token_of(secret: str) -> str:
    """Derive the token that goes with a session's cookie."""
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def require_own_page(request: Request) -> None:
    """Refuse a request of another site's page, and of another host of the same site.

    The scheme of ``Origin`` is looked at where this is https: behind a proxy whose word is not taken, the director
    does not know how it was asked.

    Raises:
        CrossSiteError: It is one.
    """
    origin = request.headers.get("origin")
    if origin is not None and not _is_own(request, origin):
        raise _cross_site()
    if request.headers.get("sec-fetch-site", "none") not in _OWN_SITES:
        raise _cross_site()


def require_csrf_token(request: Request, secret: str) -> None:
    """Refuse what changes something and does not show the session's token.

    Raises:
        CsrfTokenMissingError: It is not there, or another session's.
    """
    if request.method in _HARMLESS:
        return
    shown = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(shown.encode(), csrf_token_of(secret).encode()):
        raise CsrfTokenMissingError(
            f"This request changes something, and the header {CSRF_HEADER} does not show the session's token.",
            hint="Send csrf_token, as GET /session gives it, in that header.",
        )


def give_cookie(request: Request, response: Response, secret: str) -> None:
    """Let the browser keep the cookie until it is closed, out of reach of any script."""
    response.set_cookie(
        cookie_name(request), secret, path="/", secure=_is_https(request), httponly=True, samesite="strict"
    )


def clear_cookie(request: Request, response: Response) -> None:
    """Let the browser forget the cookie."""
    response.delete_cookie(cookie_name(request), path="/", secure=_is_https(request), httponly=True, samesite="strict")


def _cookies_of(request: Request) -> Iterator[tuple[str, str]]:
    """Give each cookie's name and value, without the blanks of RFC 6265 around them and no others."""
    for header in request.headers.getlist("cookie"):
        for pair in header.split(";"):
            name, _, value = pair.partition("=")
            yield name.strip(_BLANKS), value.strip(_BLANKS)


def _is_own(request: Request, origin: str) -> bool:
    try:
        found = urlsplit(origin)
    except ValueError:
        return False
    if _is_https(request) and found.scheme != "https":
        return False
    return bool(found.netloc) and found.netloc.lower() == request.headers.get("host", "").lower()


def _is_https(request: Request) -> bool:
    return bool(request.scope.get("scheme") == "https")


def _cross_site() -> CrossSiteError:
    return CrossSiteError(
        "This request comes from a page of another site.", hint="Open the director's own address in the browser."
    )
