"""The centre itself: making it, serving it, looking it over."""

import socket
from typing import Annotated

import typer

from director.assembly import Director
from director.cli.program import EXIT_DATA, AsJson, err, opened_director, out, print_json, says_what_failed
from director.errors import UsageError
from director.fsck import find_defects
from director.logs import logging_to
from director.settings import DirectorSettings, read_settings


@says_what_failed
def init() -> None:
    """Make the data folder a federation's, or migrate an older one."""
    director = Director(read_settings())
    director.initialise()
    out.print(f"Ready: {director.settings.data_dir.resolve()}", markup=False)
    out.print("Next: fl-director token issue --role admin, then fl-director serve", markup=False)


@says_what_failed
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Number of processes.")] = None,
) -> None:
    """Serve hospitals, analysts and admins until stopped."""
    import uvicorn  # late: the other commands don't serve

    settings = read_settings()
    director = Director(settings)
    if _is_untouched(settings):
        director.initialise()
        err.print(f"New federation in {settings.data_dir.resolve()}", markup=False)
    host, port = host or settings.host, port or settings.port
    _require_free(host, port)  # before recovery: another server may be at work on this folder
    with logging_to(director.logs):
        director.recover()
    director.close()
    err.print(f"Serving on http://{host}:{port} (stop with Ctrl-C)", markup=False)
    uvicorn.run(
        "director.app:from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers or settings.workers,
        http="httptools",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=25,
        timeout_keep_alive=30,
    )


@says_what_failed
def fsck(as_json: AsJson = False) -> None:
    """Read every file and every row, and say what is wrong; exit code 5 if anything is."""
    director = opened_director()
    known = director.audit_head.read()
    defects = find_defects(director.database, director.blobs, director.views, director.tasks, [known] if known else [])
    if as_json:
        print_json(defects)
    else:
        for defect in defects:
            out.print(defect, markup=False)
        out.print(f"{len(defects)} defects" if defects else "clean")
    if defects:
        raise typer.Exit(EXIT_DATA)


def _is_untouched(settings: DirectorSettings) -> bool:
    """Tell whether the data folder holds nothing of a federation yet."""
    database = Director(settings).database.file
    return database is not None and not database.exists() and not (settings.data_dir / "blobs").exists()


def _require_free(host: str, port: int) -> None:
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise UsageError(
            f"{host}:{port} can't be listened on: {error.strerror}.",
            hint="Stop what listens there, or choose another --port.",
        ) from None
