"""``/openapi.json``, and ``/docs``: the same as a plain page.

Hospitals are offline: no script and no style from elsewhere.
"""

import html
import json
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from director.api.guard import GuardedRoute, anybody

router = APIRouter(route_class=GuardedRoute)


@router.get("/docs", response_class=HTMLResponse, include_in_schema=False)
@anybody
def documentation(request: Request) -> str:
    """Show every operation, its parameters, its body and its answers."""
    document = request.app.openapi()
    return "".join(_page(document))


@router.get("/openapi.json", include_in_schema=False)
@anybody
def openapi(request: Request) -> JSONResponse:
    """Give the same for programs."""
    return JSONResponse(request.app.openapi())


def _page(document: dict[str, Any]) -> Iterator[str]:
    title = html.escape(f"{document['info']['title']} {document['info']['version']}")
    yield f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1>'
    yield f"<p>{html.escape(document['info']['description'])}</p>"
    yield (
        "<p>Send the header <code>Authorization: Bearer TOKEN</code>. Errors: <code>application/problem+json</code>: "
        "a stable <code>code</code>, what failed, and what to do next. "
        'For programs: <a href="/openapi.json">openapi.json</a>.</p>'
    )
    operations = [
        (operation.get("tags", ["other"])[0], method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    for tag in dict.fromkeys(tag for tag, *_ in operations):
        yield f"<h2>{html.escape(tag)}</h2>"
        for _, method, path, operation in (each for each in operations if each[0] == tag):
            yield from _operation(method, path, operation)
    yield "<h2>schemas</h2>"
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        yield f'<details id="{html.escape(name)}"><summary>{html.escape(name)}</summary>{_json(schema)}</details>'
    yield "</html>"


def _operation(method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"<details><summary><code>{method} {html.escape(path)}</code> {html.escape(operation['summary'])}</summary>"
    yield f"<p>{html.escape(operation.get('description', ''))}</p>"
    parameters = operation.get("parameters", [])
    if parameters:
        yield "<ul>"
        for each in parameters:
            needed = "" if each.get("required") else ", optional"
            about = html.escape(each.get("description", ""))
            yield f"<li><code>{html.escape(each['name'])}</code> ({html.escape(each['in'])}{needed}) {about}</li>"
        yield "</ul>"
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"<p>Body, {html.escape(media_type)}:</p>{_json(content)}"
    for status, response in operation.get("responses", {}).items():
        yield f"<p>{html.escape(status)}: {html.escape(response.get('description', ''))}</p>"
    yield "</details>"


def _json(value: object) -> str:
    return f"<pre>{html.escape(json.dumps(value, indent=2))}</pre>"
