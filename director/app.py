"""The web application around an assembled director."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import lru_cache, partial

from fastapi import FastAPI
from starlette.types import ASGIApp

from director.api import (
    audit,
    centre,
    dashboard,
    documentation,
    envoys,
    events,
    global_models,
    health,
    inference,
    interface,
    metrics,
    overview,
    parts,
    problems,
    proposals,
    runs,
    sessions,
    statistics,
    tasks,
    tokens,
    uploads,
    validation,
)
from director.api.access_log import AccessLog
from director.api.batches import BatchDesk
from director.api.connection import RequestIds
from director.api.events import Feed
from director.api.guard import GuardedRoute
from director.api.health import VERSION
from director.api.pages import Pages
from director.api.parcels import Desk
from director.api.process import Process
from director.api.server import end_with_parent, is_one_of_many, share_one_heap
from director.api.shortcut import Shortcut
from director.api.transport import CONNECTIONS, SETTINGS
from director.api.waiting import WaitingRoom
from director.assembly import Director
from director.settings import read_settings
from director.upkeep.logs import logging_to
from director.watching.workers import Workers

RESOURCES = (
    health,
    dashboard,
    documentation,
    sessions,
    centre,
    metrics,
    overview,
    tasks,
    statistics,
    envoys,
    tokens,
    uploads,
    parts,
    validation,
    global_models,
    runs,
    inference,
    audit,
    events,
    proposals,
)

WORKERS = "workers"
"""The folder in which the workers of one director tell each other how they are."""

TURN_SECONDS = 0.0005
"""How long a thread that reads a batch keeps the event loop waiting for its turn; Python's own is 5 ms."""


def create_app(director: Director, pages: Pages | None = None, workers: Workers | None = None) -> ASGIApp:
    """Build the application; it opens the director when it starts and closes it when it ends.

    Args:
        director: What it serves.
        pages: The dashboard; None: as it was built beside this program.
        workers: The others that serve the same; None: there are none.
    """
    framework = create_framework(director, pages or Pages(), workers)
    told = [framework.state.process.note]
    if framework.state.access_log is not None:
        told.append(framework.state.access_log.note)
    return RequestIds(Shortcut(framework), told)


def create_framework(director: Director, pages: Pages | None = None, workers: Workers | None = None) -> FastAPI:
    """Build what the resources hang on. A route that is added to it later stands behind the front desk too."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, object]]:
        share_one_heap()  # before there are threads
        before = sys.getswitchinterval()
        sys.setswitchinterval(TURN_SECONDS)
        try:
            with logging_to(director.logs), closing(Feed(director.event_reel)) as app.state.feed:
                director.open()
                beating = asyncio.create_task(app.state.process.beat())
                yield {SETTINGS: director.settings, CONNECTIONS: app.state.process.connections}
                beating.cancel()
                director.close()
                if app.state.access_log is not None:
                    app.state.access_log.close()
        finally:
            sys.setswitchinterval(before)

    app = FastAPI(
        title="Federated Learning Director",
        version=VERSION,
        description="Hospitals upload models, an admin aggregates them, analysts ask for risk levels.",
        lifespan=lifespan,
        docs_url=None,  # ours needs no network: api.documentation
        openapi_url=None,  # ours is a route like every other
        redoc_url=None,
        redirect_slashes=False,  # to wherever the header Host says, in clear behind a proxy, and the token goes along
    )
    app.router.route_class = GuardedRoute
    app.state.director = director
    app.state.pages = pages or Pages()
    settings = director.settings
    app.state.desk = Desk("uploads", places=settings.max_uploads_at_once, at_once=settings.uploads_judged_at_once)
    app.state.waiting = WaitingRoom(
        director.access.holds, places=settings.max_waiting, places_of_one=settings.max_waiting_per_token
    )
    director.wake_after_acts(app.state.waiting.wake)
    app.state.batches = BatchDesk(settings.batches_read_at_once)
    app.state.process = Process(
        director.denials, app.state.desk, app.state.batches, app.state.waiting, workers or Workers()
    )
    app.state.access_log = AccessLog(director.logs / "access.log", director.clock) if settings.access_log else None
    problems.register(app)
    for resource in RESOURCES:
        # the routes themselves: an included router is matched twice for each request
        app.router.routes.extend(resource.router.routes)
    document = lru_cache(maxsize=1)(partial(interface.describe, app))
    app.openapi = lambda: document(tuple(director.catalogue.values()))  # type: ignore[method-assign]  # FastAPI's own way
    return app


def from_environment() -> ASGIApp:
    """Build the application as the environment configures it; what a server's worker calls."""
    end_with_parent()
    director = Director(read_settings())
    others = Workers(director.settings.data_dir / WORKERS) if is_one_of_many() else None
    return create_app(director, workers=others)
