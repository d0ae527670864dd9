"""Which versions stand at the two ends of the link, and whether one is too old for the other."""

from typing import Any

from contract.compatibility import OLDEST_DIRECTOR, too_old_said, versions_said
from contract.director_problems import shown
from envoy.cli.program import err, out
from envoy.director_client import DirectorClient
from envoy.director_link import VERSION
from envoy.errors import NetworkError, RefusedError

_MAX_CHARACTERS = 64
"""Of a version that is shown, as of a version in metadata."""


def say_versions(versions: dict[str, Any] | None) -> None:
    """Say them, and what to do where one end is too old for the other."""
    if versions is None:
        return
    ends = (versions["director"], versions["oldest_envoy"], versions["envoy"])
    out.print(versions_said(*ends))
    too_old = too_old_said(*ends)
    if too_old is not None:
        err.print(f"warning: {too_old}")


def versions_of(client: DirectorClient) -> dict[str, Any] | None:
    """Ask for the director's, and give all four; None: it is not to be had, as where a proxy lets nobody ask.

    What was wanted is done by then: nothing here fails it.
    """
    try:
        health = client.health()
    except (NetworkError, RefusedError):
        return None
    oldest = None if health.oldest_envoy is None else shown(health.oldest_envoy, _MAX_CHARACTERS)
    return {
        "director": shown(health.version, _MAX_CHARACTERS),
        "oldest_envoy": oldest,
        "envoy": VERSION,
        "oldest_director": OLDEST_DIRECTOR,
    }
