"""Whether a director serves this folder, and answers where it says. Asks its own address, and no other."""

import ssl
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from pydantic import ValidationError

from contract.findings import Finding, bad, ok, warn
from contract.machine_findings import skew_finding
from contract.messages.health import Health
from director.upkeep.serving import Holder

ABOUT = "server"
_READY = "/health/ready"
_PATIENCE_SECONDS = 5.0
_MAX_ANSWER_BYTES = 1 << 16
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - read, not listened on


@dataclass(frozen=True)
class Answer:
    """What stands at an address.

    Args:
        status: Of HTTP.
        health: What it says of itself; None: it is no director's answer.
        date: The time there.
        certificate: What it shows, as DER; None: it speaks no TLS.
    """

    status: int
    health: Health | None
    date: datetime | None
    certificate: bytes | None


def url_of(host: str, port: int, *, is_encrypted: bool) -> str:
    """Give the address of a server."""
    return f"{'https' if is_encrypted else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def ask(url: str, patience_seconds: float = _PATIENCE_SECONDS) -> Answer:
    """Ask a director of this machine how it is; whoever answers is believed: nothing secret is told.

    Raises:
        OSError: Nobody answers.
    """
    found = urlsplit(url)
    named = found.hostname or ""
    host, port = _EVERYWHERE.get(named, named), found.port
    connection: HTTPConnection
    if found.scheme == "https":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # its certificate is judged by itself
        connection = HTTPSConnection(host, port, timeout=patience_seconds, context=context)
    else:
        connection = HTTPConnection(host, port, timeout=patience_seconds)
    with closing(connection):
        try:
            connection.connect()
            sock = connection.sock
            shown = sock.getpeercert(binary_form=True) if isinstance(sock, ssl.SSLSocket) else None
            connection.request("GET", _READY, headers={"Connection": "close"})
            response = connection.getresponse()
            body = response.read(_MAX_ANSWER_BYTES)
        except HTTPException as error:
            raise OSError(f"what answers there is no web server ({type(error).__name__})") from error
        return Answer(response.status, _health(body), _date(response.headers.get("Date")), shown)


def server_findings(
    holder: Holder | None, url: str, answer: Answer | OSError, version: str, now: datetime
) -> Iterator[Finding]:
    """Judge whether the director serves, and as what.

    Args:
        holder: The process that has the folder; None: none does.
        url: Where it should answer.
        answer: What came, or why nothing did.
        version: Of this program.
        now: The time when it was asked.
    """
    who = None if holder is None else holder.who
    if isinstance(answer, OSError):
        if holder is None:
            yield warn(ABOUT, "no director serves this folder now.", "fl-director serve, or start its service.")
        elif holder.pid is None:  # its address is not ours, or it did not say
            yield warn(
                ABOUT,
                f"{who} has the folder, and whether it answers can't be seen from here: {answer.strerror or answer}.",
                "Does it run in a container, or on another machine? Then ask the doctor there.",
            )
        else:
            yield bad(
                ABOUT,
                f"{who} has the folder, and does not answer at {url}: {answer.strerror or answer}.",
                "If it has just started, wait a little; else look into logs/director.log, and restart it.",
            )
        return
    if who is None:
        yield bad(
            ABOUT,
            f"something answers at {url}, and no director serves this folder.",
            "Another program, or a director of another folder, has the port: stop it, or choose another DIRECTOR_PORT.",
        )
        return
    yield from _of_answer(who, url, answer, version)
    if answer.date is not None:
        yield skew_finding(
            "clock", now, answer.date, "the running director's",
            warn_beyond=timedelta(seconds=10), bad_beyond=timedelta(minutes=1),
        )  # fmt: skip


def _of_answer(who: str, url: str, answer: Answer, version: str) -> Iterator[Finding]:
    if answer.health is None:
        yield bad(
            ABOUT,
            f"what answers at {url} is no director (status {answer.status}), though {who} has the folder.",
            "Look which program has the port: ss -ltnp; and at DIRECTOR_HOST and DIRECTOR_PORT.",
        )
        return
    if answer.status != 200 or answer.health.status != "ok":
        found = "; ".join(f"{name}: {said}" for name, said in answer.health.checks.items() if said != "ok")
        yield bad(ABOUT, f"{who} serves at {url}, and is not ready. {found}", "Mend that; it goes on by itself.")
    else:
        yield ok(ABOUT, f"{who} serves at {url}, and is ready.")
    if answer.health.version != version:
        yield warn(
            ABOUT,
            f"version {answer.health.version} runs, and {version} is installed.",
            "Restart the director, so that the installed version runs.",
        )


def _health(body: bytes) -> Health | None:
    try:
        return Health.model_validate_json(body, extra="ignore")
    except ValidationError:
        return None


def _date(header: str | None) -> datetime | None:
    try:
        return None if header is None else parsedate_to_datetime(header)
    except ValueError:
        return None
