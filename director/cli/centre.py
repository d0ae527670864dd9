"""The centre itself: making it, serving it, looking it over."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from director.assembly import Director
from director.cli.links import say_where_no_page_is, sign_in_url
from director.cli.listening import CIPHERS, certificate_of, require_free, require_private
from director.cli.program import EXIT_DATA, AsJson, err, opened_director, out, print_json, says_what_failed
from director.members.access import LOCAL_ADMIN
from director.settings import read_settings
from director.tracking.child import tracking_beside
from director.upkeep.logs import logging_to


@says_what_failed
def init() -> None:
    """Make the data folder a federation's, or migrate an older one."""
    director = Director(read_settings())
    director.initialise()
    out.print(f"Ready: {director.settings.data_dir.resolve()}")
    out.print("Next: fl-director token issue --role admin, then fl-director serve")


@says_what_failed
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Number of processes.")] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate with its chain, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="The certificate's private key, PEM.")] = None,
    insecure_http: Annotated[
        bool, typer.Option("--insecure-http", help="Listen where others can reach it, without TLS.")
    ] = False,
    sign_in_link: Annotated[
        bool, typer.Option("--sign-in-link", help="Print a link with which an admin can sign in once.")
    ] = False,
) -> None:
    """Serve hospitals, analysts and admins until stopped."""
    import uvicorn  # late: the other commands don't serve

    from director.api.server import lift_file_limit, server_options

    settings = read_settings()
    host, port = settings.host if host is None else host, port or settings.port
    certificate = certificate_of(tls_cert or settings.tls_cert, tls_key or settings.tls_key)
    if certificate is None and not (insecure_http or settings.insecure_http):
        require_private(host, port)
    director = Director(settings)
    if _is_untouched(director):
        director.initialise()
        err.print(f"New federation in {settings.data_dir.resolve()}")
    require_free(host, port)  # before anything is changed: another server may be at work on this folder
    if director.database.is_there and director.database.is_older():
        director.initialise()
        err.print("An earlier version made this federation: its database is migrated.")
    with logging_to(director.logs):
        director.upkeep.recover()
        director.catalogue.require_known()
        director.rounds.start_again(LOCAL_ADMIN)
        link = director.people.make_link(LOCAL_ADMIN) if sign_in_link else None  # here: once, however many workers
    director.close()
    scheme = "https" if certificate else "http"
    err.print(f"Serving on {scheme}://{f'[{host}]' if ':' in host else host}:{port} (stop with Ctrl-C)")
    if link is not None:
        err.print(f"Sign in once at: {sign_in_url(scheme, host, port, link)}")
        say_where_no_page_is()
    lift_file_limit()
    with tracking_beside() if settings.track_uri else nullcontext():
        uvicorn.run(
            "director.app:from_environment",
            factory=True,
            host=host,
            port=port,
            workers=workers or settings.workers,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
            ssl_certfile=str(certificate.chain) if certificate else None,
            ssl_keyfile=str(certificate.key) if certificate else None,
            ssl_ciphers=CIPHERS if certificate else None,
            **server_options(settings),
        )


@says_what_failed
def fsck(as_json: AsJson = False) -> None:
    """Read every file and every row, and say what is wrong; exit code 5 if anything is."""
    defects = opened_director().upkeep.defects()
    if as_json:
        print_json(defects)
    else:
        for defect in defects:
            out.print(defect)
        out.print(f"{len(defects)} defects" if defects else "clean")
    if defects:
        raise typer.Exit(EXIT_DATA)


def _is_untouched(director: Director) -> bool:
    """Tell whether the data folder holds nothing of a federation yet."""
    database, folder = director.database.file, director.settings.data_dir
    return database is not None and not database.exists() and not (folder / "blobs").exists()
