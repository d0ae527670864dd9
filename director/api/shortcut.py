"""The questions that are asked thousands of times a second, answered in front of the framework.

The same handlers behind the same front desk as the framework's own routes, which also describe them; only its layers
of middleware and its search for a route are left out: they cost as much as the answer.
"""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from director.api import inference
from director.api.guard import DirectRoute
from director.api.problems import answer_to


class Shortcut:
    """Answers the paths of direct routes itself and hands everything else on.

    Args:
        app: The application; it must be the one that the handlers find in ``scope["app"]``.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._handlers = {
            (method, route.path): (route, route.get_route_handler())
            for route in inference.router.routes
            if isinstance(route, DirectRoute)
            for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        found = self._handlers.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        scope["app"] = self._app
        scope["route"], handler = found  # the first as the framework does
        request = Request(scope, receive)
        try:
            response = await handler(request)
        except Exception as error:  # as the framework would: every error leaves as a problem, none as a traceback
            response = answer_to(request, error)
        await response(scope, receive, send)
