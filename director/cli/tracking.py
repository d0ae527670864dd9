"""``fl-director track``: bring runs and global models to an MLflow, from a process of its own."""

import threading
from contextlib import suppress
from typing import Annotated

import typer

from contract.visible_text import visible
from director.cli.program import err, opened_director, says_what_failed
from director.errors import UsageError
from director.settings import read_settings
from director.tracking.child import end_with_parent
from director.upkeep.logs import logging_to


@says_what_failed
def track(
    uri: Annotated[
        str | None, typer.Option(help="The MLflow: http(s)://server:port, or a file, sqlite:////folder/mlflow.db.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="What this federation is called there.")] = None,
    files: Annotated[
        bool | None, typer.Option("--files/--no-files", help="Whether files go there: models, cards, documents.")
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Delete there what is of this federation, and make it anew.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="Bring there what is missing, and end.")] = False,
    beside_server: Annotated[bool, typer.Option("--beside-server", hidden=True)] = False,
) -> None:
    """Follow what happens and show it in MLflow: a projection of this director's record, which can be made anew."""
    if beside_server:
        end_with_parent()
    named = {"track_uri": uri, "track_name": name, "track_files": files}
    settings = read_settings(**{key: value for key, value in named.items() if value is not None})
    if settings.track_uri is None:
        raise UsageError("No MLflow was named.", hint="Give --uri, or set track_uri in director.toml.")
    director = opened_director()
    try:
        from director.tracking.service import new_follower  # late: it takes a second, and an extra
    except ModuleNotFoundError as error:
        raise UsageError(
            f"The package {error.name} is not installed.", hint="Install the extra: pip install 'fl-director[mlflow]'"
        ) from None
    follower = new_follower(
        director.database,
        director.catalogue,
        director.models,
        uri=settings.track_uri,
        name=settings.track_name,
        with_files=settings.track_files,
    )
    with logging_to(director.logs):
        if rebuild:
            follower.rebuild()
        if once:
            follower.catch_up()
            return
        err.print(f"Tracking as {follower.name} in {visible(settings.track_uri)} (stop with Ctrl-C)")
        with suppress(KeyboardInterrupt):
            follower.follow(threading.Event(), err.print)
