"""The dashboard's page and files, and what the root says."""

import html
from typing import cast

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from director.api.guard import GuardedRoute, anybody, director_of
from director.api.health import VERSION
from director.api.pages import HEADERS, MISSING, WORDS_ALONE, Asset, Pages
from director.errors import NotFoundError

router = APIRouter(route_class=GuardedRoute)

_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
"""A file's name has its content's digest in it: another content has another name."""

_WORDS_ALONE = {**HEADERS, "Content-Security-Policy": WORDS_ALONE}


@router.get("/", include_in_schema=False)
@anybody
def home(request: Request) -> Response:
    """Lead to the dashboard; where there is none, say in a few words what runs here."""
    if _pages(request).are_there:
        return RedirectResponse("/dashboard/", status_code=307, headers=_WORDS_ALONE)
    tasks = director_of(request).catalogue.values()
    rows = "".join(
        f"<li>{html.escape(task.title)} (<code>{task.name}</code>). {html.escape(task.notice)}</li>" for task in tasks
    )
    return HTMLResponse(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Federated Learning Director</title>'
        f"<h1>Federated Learning Director {VERSION}</h1><p>The director is running.</p><p>{MISSING}</p>"
        f'<h2>Tasks</h2><ul>{rows}</ul><p><a href="/docs">API documentation</a> · '
        '<a href="/health/ready">state</a></p></html>',
        headers=_WORDS_ALONE,
    )


@router.get("/dashboard/assets/{name}", include_in_schema=False)
@anybody
def dashboard_asset(name: str, request: Request) -> Response:
    """Give a file of the dashboard, packed for whoever takes it so."""
    asset = _pages(request).asset(name)
    if asset is None:
        raise NotFoundError("The dashboard has no such file.", hint="Load the page anew: it may be of another version.")
    return _given(request, asset)


@router.get("/dashboard", include_in_schema=False)
@router.get("/dashboard/{screen:path}", include_in_schema=False)
@anybody
def dashboard(request: Request, screen: str = "") -> Response:
    """Give the page, whichever of its screens is asked for: it finds the screen by itself."""
    found = _pages(request).page()
    if found is None:
        raise NotFoundError("There is no dashboard here.", hint=MISSING)
    content, policy = found
    return HTMLResponse(content, headers={**HEADERS, "Content-Security-Policy": policy})


def _given(request: Request, asset: Asset) -> Response:
    headers = {**_FOR_EVER, "ETag": asset.tag}
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if asset.tag in known:  # weak, where a proxy on the way packed it
        return Response(status_code=304, headers=headers)
    if _takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(asset.compressed, media_type=asset.media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(asset.content, media_type=asset.media_type, headers=headers)


def _takes_gzip(accepted: str) -> bool:
    """Tell whether an Accept-Encoding takes gzip: with the weight 0 it says that it does not (RFC 9110, 12.5.3)."""
    for each in accepted.lower().split(","):
        coding, _, weight = (part.strip() for part in each.partition(";"))
        if coding == "gzip":
            return weight.replace(" ", "").rstrip("0.") != "q="
    return False


def _pages(request: Request) -> Pages:
    return cast(Pages, request.app.state.pages)
