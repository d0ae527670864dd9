"""``/openapi.json``, and ``/docs``: the same as a page, with a form for each operation.

Hospitals are offline: the page is whole. No script and no style comes from elsewhere, or without the page's nonce.
"""

import secrets
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from director.api.documented import body_of, head_of
from director.api.guard import GuardedRoute, anybody
from director.api.pages import HEADERS, policy

router = APIRouter(route_class=GuardedRoute)


@router.get("/docs", response_class=HTMLResponse, include_in_schema=False)
@anybody
def documentation(request: Request) -> HTMLResponse:
    """Show every operation: its fields, an example, what it refuses, and a form to try it."""
    nonce, document = secrets.token_urlsafe(18), request.app.openapi()
    page = head_of(document, _beside("documentation.css"), _beside("try_it.js"), nonce) + body_of(document)
    return HTMLResponse(page, headers={**HEADERS, "Content-Security-Policy": policy(nonce)})


@router.get("/openapi.json", include_in_schema=False)
@anybody
def openapi(request: Request) -> JSONResponse:
    """Give the same for programs."""
    return JSONResponse(request.app.openapi())


@cache
def _beside(name: str) -> str:
    """Read what is shipped beside this module."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
