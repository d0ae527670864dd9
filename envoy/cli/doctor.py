"""``fl-envoy doctor``: what is wrong with this envoy and its way to the director, and what to do next."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from contract.errors import FederationError
from contract.findings import Examination, Finding, bad, examined, ok, warn
from contract.software_findings import software_findings
from envoy.address import read_address
from envoy.bucket_address import BucketAddress
from envoy.cli.program import (
    EXIT_DATA,
    AsJson,
    new_client,
    out,
    print_json,
    says_what_failed,
    start_keeper,
    tables_source,
    task_at_hand,
)
from envoy.director_client import DirectorClient
from envoy.doctor.director import hear, heard_findings, state_finding, task_findings
from envoy.doctor.home import rights_findings, room_findings, token_finding, waiting_findings
from envoy.doctor.machine import memory_findings, memory_free, torch_finding
from envoy.doctor.way import Steps, certificate_findings_of, proxy_finding, shown_certificate, straight_findings
from envoy.errors import NotJoinedError
from envoy.membership import Membership, MembershipFile
from envoy.operating_system import rights_of
from envoy.room import require_room
from envoy.settings import EnvoySettings, read_settings
from envoy.surroundings import password_file, proxy_to, trusted_certificates, who_is_trusted, who_named

_INSTALL = (
    "Install this version anew, with its packages: pip install '.[envoy]' at the source tree's root, or its wheel."
)
_ASK_FOR_TLS = "Ask the consortium's admin for an https:// address."
_PATIENCE_SECONDS = 15.0
"""The doctor waits no longer for a step, whatever the settings say: a person waits for it."""


@says_what_failed
def doctor(
    director: Annotated[
        str | None,
        typer.Option(help="The address to look at, before you have joined; else the membership's.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong here and on the way to the director; exit code 5 if anything is bad. Changes nothing."""
    found = Examination.of(_findings(director), (lambda line: None) if as_json else out.print)
    if as_json:
        print_json(found)
    if found.state == "bad":
        raise typer.Exit(EXIT_DATA)


def _findings(director: str | None) -> Iterator[Finding]:
    try:
        settings = read_settings()
    except FederationError as error:
        yield bad("settings", error.sentence, error.hint)
        return
    yield ok("settings", f"read; the home is {settings.home_folder}.")
    yield from examined("software", lambda: software_findings("envoy", _INSTALL))
    yield from examined("home", lambda: _of_home(settings))
    membership: Membership | None = None
    try:
        membership = MembershipFile(settings.home_folder).read()
    except NotJoinedError as error:
        make = bad if director is None else warn  # who names a director is about to join it
        yield make("membership", error.sentence, f"{error.hint} Before that, to look at the way: --director URL")
    else:
        yield from _of_membership(settings, membership)
    url = director if director is not None or membership is None else membership.director
    if url is None:
        yield from examined("authorities", lambda: _of_authorities(settings))
    else:
        is_own = membership is not None and url.rstrip("/") == membership.director.rstrip("/")
        yield from _of_link(settings, url, membership if is_own else None)
    yield from examined("tables", lambda: _of_tables(settings))
    yield from memory_findings(memory_free())
    yield torch_finding()


def _of_membership(settings: EnvoySettings, membership: Membership) -> Iterator[Finding]:
    yield token_finding(membership, _now())
    yield from examined("parcels", lambda: waiting_findings(settings.home_folder, membership.director))


def _of_authorities(settings: EnvoySettings) -> Iterator[Finding]:
    """Look at the file of certificates that the settings name; raises ``SettingsError`` where it is none."""
    if settings.ca_file is not None:
        yield ok("authorities", f"ENVOY_CA_FILE names {trusted_certificates(settings.ca_file)}, certificates in PEM.")


def _of_home(settings: EnvoySettings) -> Iterator[Finding]:
    home, token = settings.home_folder, MembershipFile(settings.home_folder).path
    require_room(home, "ENVOY_HOME")
    there = next(each for each in (home, *home.parents) if each.is_dir())
    yield from rights_findings(
        home,
        rights_of(home) if home.is_dir() else None,
        token,
        rights_of(token) if token.is_file() else None,
    )
    temporary = Path(tempfile.gettempdir())
    yield from room_findings(there, shutil.disk_usage(there).free, temporary, shutil.disk_usage(temporary).free)


def _of_link(settings: EnvoySettings, url: str, membership: Membership | None) -> Iterator[Finding]:
    """Look at the way step by step, then ask the director itself; what failed on the way is not asked again.

    Args:
        settings: The timeout, whom to trust.
        url: The director's address.
        membership: Whose token is shown there; None: nobody's.
    """
    try:
        address = read_address(url)
        steps = Steps(address, proxy_to(address), min(settings.timeout_seconds, _PATIENCE_SECONDS))
        yield proxy_finding(steps, who_named(address, steps.proxy), password_file())
        trusted = who_is_trusted(settings.ca_file) if address.is_encrypted else None
    except FederationError as error:
        yield bad("way", error.sentence, error.hint)
        return
    found = list(straight_findings(steps)) if steps.proxy is None else []
    yield from found
    if any(each.state == "bad" for each in found):
        return
    shown = shown_certificate(steps)
    if shown is not None:
        yield from examined("certificate", lambda: certificate_findings_of(shown, steps, _now()))
    yield from _of_director(settings, steps, membership, trusted)


def _of_director(
    settings: EnvoySettings, steps: Steps, membership: Membership | None, trusted: str | None
) -> Iterator[Finding]:
    """Ask the director: anybody's question first, then what takes the token."""
    url, is_in_clear = steps.address.url, not steps.address.is_private
    is_accepted = settings.insecure_http or (membership is not None and membership.insecure_http is not False)
    if is_in_clear:
        make = warn if is_accepted else bad
        yield make("encryption", f"{url} is not encrypted: whoever is on the way reads all that is sent.", _ASK_FOR_TLS)
    token = membership.token if membership is not None and (is_accepted or not is_in_clear) else None
    once = settings.model_copy(update={"attempts": 0, "timeout_seconds": steps.timeout_seconds})
    try:
        client = new_client(once, url, token, insecure_http=True, on_wait=lambda wait: None)
        heard = hear(client, _now)
    except FederationError as error:
        yield bad("director", error.sentence, error.hint)
        return
    yield from heard_findings(heard, url, trusted, version("fl-director"))
    if membership is None or token is None:
        return
    known = examined("membership", lambda: [state_finding(client, membership.envoy_name)])
    yield from known
    if all(each.state == "ok" for each in known):
        yield from examined("task", lambda: _of_tasks(settings, client))


def _of_tasks(settings: EnvoySettings, client: DirectorClient) -> Iterator[Finding]:
    keeper = start_keeper(settings)
    return task_findings(client.tasks().items, settings.allowed_tasks, lambda said: keeper.agreed(said, said.name))


def _of_tables(settings: EnvoySettings) -> Iterator[Finding]:
    if settings.data is None:
        yield warn("tables", "the settings name no place of them.", "Set ENVOY_DATA, or data in envoy.toml.")
    elif isinstance(settings.data, BucketAddress):
        yield ok("tables", f"{settings.data} is a bucket, which is not looked at here.", "fl-envoy check reads it.")
    else:
        from envoy.doctor.tables import table_findings  # late: what reads tables takes half a second

        yield from table_findings(task_at_hand(settings, None), tables_source(settings, None))


def _now() -> datetime:
    return datetime.now(UTC)
