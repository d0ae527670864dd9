"""``fl-director doctor``: what is wrong with this director, and what to do next. Looks, and mends nothing."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import typer
from pydantic import ValidationError

from contract.errors import FederationError
from contract.findings import Examination, Finding, bad, examined, ok, warn
from contract.software_findings import software_findings
from director.api.pages import MISSING, Pages
from director.assembly import Director
from director.cli.failures import EXIT_DATA, as_said
from director.cli.listening import certificate_of, is_loopback, require_private
from director.cli.placing import require_folder, require_touched
from director.cli.program import AsJson, out, print_json, say_where, says_what_failed
from director.clock import utc_now
from director.records.audit import HeadFile
from director.settings import DirectorSettings, config_file, read_settings
from director.upkeep.doctor.certificates import ABOUT as CERTIFICATE
from director.upkeep.doctor.certificates import file_findings, known_authorities, shown_findings
from director.upkeep.doctor.disk import Room, mount_finding, mount_of, room_findings
from director.upkeep.doctor.folder import KEPT, entries, folder_findings, key_findings
from director.upkeep.doctor.limits import limit_findings, open_files_allowed
from director.upkeep.doctor.quotas import kept_of_each, quota_findings
from director.upkeep.doctor.records import record_findings
from director.upkeep.doctor.server import Answer, ask, server_findings, url_of
from director.upkeep.serving import Holder, holder_of

_INSTALL = (
    "Install this version anew, with its packages: pip install '.[director]' at the source tree's root, or its wheel."
)
_MOUNTS = Path("/proc/self/mountinfo")


@says_what_failed
def doctor(as_json: AsJson = False) -> None:
    """Say what is wrong with this director, and what to do next; exit code 5 if anything is bad. Changes nothing."""
    found = Examination.of(_findings(), (lambda line: None) if as_json else out.print)
    if as_json:
        print_json(found)
    if found.state == "bad":
        raise typer.Exit(EXIT_DATA)


def _findings() -> Iterator[Finding]:
    try:
        settings = read_settings()
    except (FederationError, ValidationError, OSError) as error:
        said = as_said(error)
        yield bad("settings", said.sentence, said.hint)
        return
    file = config_file()
    yield ok("settings", f"read from {file} and the environment." if file.is_file() else "read from the environment.")
    yield from examined("software", lambda: software_findings("director", _INSTALL))
    director = Director(settings)
    say_where(director)
    yield from examined("data folder", lambda: _of_folder(settings))
    there = examined("federation", lambda: _is_there(director))
    yield from there
    if not there:
        yield from _of_records(director)
    director.database.close()
    yield from _of_service(settings)
    if not Pages().are_there:
        yield warn("dashboard", "it was not built.", MISSING)


def _of_records(director: Director) -> Iterator[Finding]:
    settings, database = director.settings, director.database
    head, backup = HeadFile(settings.data_dir / "audit.head"), timedelta(days=settings.backup_days)
    found = list(record_findings(database, head, utc_now, backup))
    yield from found
    if not any(each.about == "database" and each.state == "bad" for each in found):
        bounds = (settings.max_versions_per_hospital, settings.max_bytes_per_hospital)
        yield from examined("quotas", lambda: quota_findings(kept_of_each(database), *bounds))


def _is_there(director: Director) -> Iterator[Finding]:
    """Find nothing where there is a federation."""
    require_touched(director)
    yield from ()


def _of_folder(settings: DirectorSettings) -> Iterator[Finding]:
    """Look at the data folder itself: rights, owners, disk."""
    folder = settings.data_dir.resolve()
    require_folder(settings)
    if not folder.is_dir():
        return  # that there is no federation is said once
    if os.name != "nt":
        database = Path(settings.url.database or "")
        beside = [database, *(database.with_name(f"{database.name}{end}") for end in ("-wal", "-shm"))]
        kept = [folder / name for name in KEPT if folder / name not in beside]
        (itself,) = entries([folder])
        yield from folder_findings(itself, entries(beside), entries(kept), os.geteuid())
    mount = mount_of(PurePosixPath(folder), _MOUNTS.read_text("utf-8")) if _MOUNTS.is_file() else None
    if mount is not None:
        yield mount_finding("file system", str(folder), mount)
    yield from room_findings(
        "room",
        str(folder),
        _room(folder),
        uploads_at_once=settings.workers * settings.max_uploads_at_once,
        kept=Director(settings).blobs.measure(),
    )


def _room(folder: Path) -> Room:
    free = shutil.disk_usage(folder).free
    if sys.platform == "win32":
        return Room(free)
    found = os.statvfs(folder)
    return Room(free, found.f_favail if found.f_files else None)


@dataclass(frozen=True)
class _Service:
    """The director that serves, or would: who has the folder, where it answers, and what came."""

    holder: Holder | None
    url: str
    answer: Answer | OSError


def _of_service(settings: DirectorSettings) -> Iterator[Finding]:
    """Look at how it is reached: address, certificate, whether it answers, how much it may open."""
    try:
        holder = holder_of(settings.data_dir.resolve())
    except FederationError as error:
        yield bad("server", error.sentence, error.hint)
        holder = None
    configured = url_of(settings.host, settings.port, is_encrypted=settings.tls_cert is not None)
    service = _asked(holder, holder.url if holder is not None and holder.url else configured)
    now = utc_now()
    yield from examined("listening", lambda: _of_address(settings, service))
    if settings.tls_cert is not None or settings.tls_key is not None:
        yield from examined(CERTIFICATE, lambda: _of_certificate(settings))
    if isinstance(service.answer, Answer) and service.answer.certificate is not None and holder is not None:
        shown, file = service.answer.certificate, settings.tls_cert
        yield from examined(
            CERTIFICATE, lambda: shown_findings(shown, None if file is None else file.read_bytes(), now)
        )
    yield from server_findings(holder, service.url, service.answer, version("fl-director"), now)
    allowed = open_files_allowed(None if holder is None else holder.pid)
    yield from limit_findings(allowed, settings.max_connections, settings.max_waiting)


def _asked(holder: Holder | None, url: str) -> _Service:
    try:
        return _Service(holder, url, ask(url))
    except OSError as error:
        return _Service(holder, url, error)


def _of_address(settings: DirectorSettings, service: _Service) -> Iterator[Finding]:
    found = urlsplit(service.url)
    host, port = found.hostname or "", found.port or settings.port
    if found.scheme == "https":
        yield ok("listening", f"at {service.url}, encrypted.")
    elif is_loopback(host, port):
        whom = "" if settings.trusted_proxies else (
            "Behind a proxy name it in trusted_proxies, else all hospitals count as one address."
        )  # fmt: skip
        yield ok(
            "listening", f"at {service.url}, which this machine alone reaches: others need a TLS proxy here.", whom
        )
    elif settings.insecure_http or service.holder is not None:
        yield warn(
            "listening",
            f"at {service.url} without TLS: tokens and models travel in clear unless something else encrypts.",
            "Give tls_cert and tls_key, or listen on 127.0.0.1 behind a TLS proxy on this machine.",
        )
    else:
        require_private(host, port)  # says that serve would refuse, and what to do


def _of_certificate(settings: DirectorSettings) -> Iterator[Finding]:
    certificate = certificate_of(settings.tls_cert, settings.tls_key)
    if certificate is None:
        return
    if os.name != "nt":
        for each in entries([certificate.key]):
            yield from key_findings("key", each)
    yield from file_findings(certificate.chain.read_bytes(), _dialled(settings.host), utc_now(), known_authorities())


def _dialled(host: str) -> str | None:
    """Give the name that hospitals dial, where the settings tell: a number may be of a machine with any name."""
    try:
        ip_address(host)
    except ValueError:
        return host if host not in ("", "localhost") else None
    return None
