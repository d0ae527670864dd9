"""Liveness, readiness, and the plain page at the root."""

import html
from importlib.metadata import version

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from contract.messages.health import Health
from director.api.guard import GuardedRoute, Serving, anybody

router = APIRouter(route_class=GuardedRoute, tags=["health"])

VERSION = version("fl-director")


@router.get("/health/live")
@anybody
def live() -> Health:
    """Say that the process answers."""
    return Health(status="ok", version=VERSION)


@router.get("/health/ready", responses={503: {"model": Health, "description": "Not ready"}})
@anybody
def ready(director: Serving, response: Response) -> Health:
    """Say whether uploads and inferences can be served: the database answers and the disk takes a file."""
    checks = director.upkeep.states()
    is_ready = all(found == "ok" for found in checks.values())
    response.status_code = 200 if is_ready else 503
    return Health(status="ok" if is_ready else "failing", version=VERSION, checks=checks)


@router.get("/", response_class=HTMLResponse, include_in_schema=False)
@anybody
def home(director: Serving) -> str:
    """Say in a few words what runs here."""
    rows = "".join(
        f"<li>{html.escape(task.title)} (<code>{task.name}</code>). {html.escape(task.notice)}</li>"
        for task in director.catalogue.values()
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Federated Learning Director</title>'
        f"<h1>Federated Learning Director {VERSION}</h1><p>The director is running.</p><h2>Tasks</h2><ul>{rows}</ul>"
        '<p><a href="/docs">API documentation</a> · <a href="/health/ready">state</a></p></html>'
    )
