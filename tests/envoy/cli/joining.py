"""Running commands, and how one joins."""

from collections.abc import Callable
from typing import Any

from typer.testing import Result

Run = Callable[..., Result]
ISSUED: dict[str, Any] = {
    "token": "fld_new",
    "id": "t1",
    "role": "hospital",
    "envoy_name": "KNH",
    "expires_at": "2026-04-01T00:00:00Z",
}


def join(run: Run, url: str, *options: str) -> Result:
    return run("join", "--director", url, "--code", "code", *options)
