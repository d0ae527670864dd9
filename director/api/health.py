"""Liveness and readiness."""

from importlib.metadata import version

from fastapi import APIRouter, Response

from contract.compatibility import OLDEST_ENVOY
from contract.messages.health import Health
from director.api.guard import GuardedRoute, Serving, anybody

router = APIRouter(route_class=GuardedRoute, tags=["health"])

VERSION = version("fl-director")


@router.head("/health/live", include_in_schema=False)
@router.get("/health/live")
@anybody
async def live() -> Health:  # takes no thread: it answers also where every one of them waits for a disk
    """Say that the process answers."""
    return Health(status="ok", version=VERSION, oldest_envoy=OLDEST_ENVOY)


@router.head("/health/ready", include_in_schema=False)
@router.get("/health/ready", responses={503: {"model": Health, "description": "Not ready"}})
@anybody
def ready(director: Serving, response: Response) -> Health:
    """Say whether uploads and inferences can be served: the database answers and the disk takes a file."""
    checks = director.upkeep.states()
    is_ready = all(found == "ok" for found in checks.values())
    response.status_code = 200 if is_ready else 503
    return Health(status="ok" if is_ready else "failing", version=VERSION, oldest_envoy=OLDEST_ENVOY, checks=checks)
