"""The front desk: no route leads past it, and it asks who calls and how much comes before it reads."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.responses import PlainTextResponse

from director.api.guard import GuardedRoute
from director.app import create_framework
from director.assembly import Director
from director.settings import DirectorSettings


def unguarded(framework: FastAPI) -> list[str]:
    return [getattr(each, "path", "") for each in framework.routes if not isinstance(each, GuardedRoute)]


def test_every_route_of_the_application_stands_behind_the_front_desk():
    framework = create_framework(Director(DirectorSettings(data_dir=Path("/nonexistent"))))
    assert unguarded(framework) == []
    with pytest.raises(LookupError, match="read_minds"):

        @framework.get("/minds")
        def read_minds() -> str:
            return ""

    framework.add_route("/back_door", lambda request: PlainTextResponse(""))
    framework.router.routes.append(APIRoute("/side_door", lambda: ""))
    assert unguarded(framework) == ["/back_door", "/side_door"]  # so that the first line of this test means something
