"""The centre itself: making it, serving it, looking it over."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from director.assembly import Director, Initialised
from director.cli.failures import EXIT_DATA
from director.cli.links import say_where_no_page_is, sign_in_url
from director.cli.listening import CIPHERS, certificate_of, require_free, require_private
from director.cli.placing import is_untouched, make_folder, require_touched
from director.cli.program import (
    AsJson,
    director_here,
    err,
    opened_director,
    out,
    path_given,
    print_json,
    say_where,
    says_what_failed,
)
from director.clock import utc_now
from director.errors import NotInitialisedError, UsageError
from director.members.access import LOCAL_ADMIN
from director.tracking.child import tracking_beside
from director.upkeep.logs import logging_to
from director.upkeep.serving import serving_alone


@says_what_failed
def init() -> None:
    """Make the data folder a federation's, or migrate an older one; says which of it was done."""
    director = director_here()
    say_where(director)
    make_folder(director.settings)
    is_older = director.database.is_there and director.database.is_older()
    with serving_alone(director.settings.data_dir, utc_now()) if is_older else nullcontext():
        made = director.initialise()
    out.print(f"{_what_was_done(made)}: {director.settings.data_dir.resolve()}")
    if made.schema_before is None:
        out.print("Next: fl-director token issue --role admin, then fl-director serve")


@says_what_failed
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Number of processes.")] = None,
    tls_cert: Annotated[
        Path | None, typer.Option(parser=path_given, metavar="FILE", help="Certificate with its chain, PEM.")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(parser=path_given, metavar="FILE", help="The certificate's private key, PEM.")
    ] = None,
    insecure_http: Annotated[
        bool, typer.Option("--insecure-http", help="Listen where others can reach it, without TLS.")
    ] = False,
    sign_in_link: Annotated[
        bool, typer.Option("--sign-in-link", help="Print a link with which an admin can sign in once.")
    ] = False,
    new: Annotated[
        bool, typer.Option("--new", help="Where there is no federation yet, make one and serve it.")
    ] = False,
) -> None:
    """Serve hospitals, analysts and admins until stopped."""
    import uvicorn  # late: the other commands don't serve

    from director.api.server import lift_file_limit, server_options

    named = {"host": host, "port": port, "workers": workers, "tls_cert": tls_cert, "tls_key": tls_key}
    director = director_here(**{name: value for name, value in named.items() if value is not None})
    settings = director.settings
    if not new:
        _require_federation(director)
    say_where(director)
    certificate = certificate_of(settings.tls_cert, settings.tls_key)
    if certificate is None and not (insecure_http or settings.insecure_http):
        require_private(settings.host, settings.port)
    scheme = "https" if certificate else "http"
    shown_host = f"[{settings.host}]" if ":" in settings.host else settings.host
    url = f"{scheme}://{shown_host}:{settings.port}"
    with _alone_and_free(director, url):
        _make_ready(director)
        link = director.people.make_link(LOCAL_ADMIN) if sign_in_link else None  # here: once, however many workers
        director.close()
        err.print(f"Serving on {url} (stop with Ctrl-C)")
        if link is not None:
            err.print(f"Sign in once at: {sign_in_url(scheme, settings.host, settings.port, link)}")
            say_where_no_page_is()
        lift_file_limit()
        with tracking_beside() if settings.track_uri else nullcontext():
            uvicorn.run(
                "director.app:from_environment",
                factory=True,
                host=settings.host,
                port=settings.port,
                workers=settings.workers,
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


def _what_was_done(made: Initialised) -> str:
    if made.schema_before is None:
        return "New federation"
    if made.schema_before != made.schema:
        return f"Migrated from schema {made.schema_before} to {made.schema}"
    return "Brought up to date" if made.is_changed else "Already there and current, nothing changed"


def _require_federation(director: Director) -> None:
    """Refuse to make a federation by mistake; a forgotten setting is wrong usage here."""
    try:
        require_touched(director, or_else=", or fl-director serve --new")
    except NotInitialisedError as error:
        raise UsageError(error.sentence, hint=error.hint) from None


@contextmanager
def _alone_and_free(director: Director, url: str) -> Iterator[None]:
    """Hold the folder for this server while the block runs; nothing is made before its address is known to be free."""
    settings = director.settings
    with ExitStack() as held:
        if settings.data_dir.is_dir():
            held.enter_context(serving_alone(settings.data_dir, utc_now(), url))
        require_free(settings.host, settings.port)
        if not settings.data_dir.is_dir():
            make_folder(settings)
            held.enter_context(serving_alone(settings.data_dir, utc_now(), url))
        yield


def _make_ready(director: Director) -> None:
    """Make or migrate what must be, and finish what a killed process left."""
    if is_untouched(director):
        err.print(f"{_what_was_done(director.initialise())}: {director.settings.data_dir.resolve()}")
    elif director.database.is_there and director.database.is_older():
        done = _what_was_done(director.initialise())
        err.print(f"An earlier version made this federation: its database is migrated. {done}.")
    with logging_to(director.logs):
        director.upkeep.recover()
        director.catalogue.require_known()
        director.rounds.start_again(LOCAL_ADMIN)
