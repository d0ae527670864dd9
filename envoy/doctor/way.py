"""The way to a director, a step at a time: proxy, name, connection, certificate. No token goes there, and nothing else.

The steps are for the eyes: whether the director is trusted and answers, ``DirectorLink`` finds out.
"""

import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from contract.certificate_findings import certificate_findings
from contract.certificates import read_certificate
from contract.director_address import DirectorAddress
from contract.findings import Finding, bad, ok
from contract.link_failures import LinkFailure, failure_of
from contract.link_words import Way, words_of
from contract.proxy_address import shown_proxy

_MOST_ADDRESSES = 4
_RENEWAL = "Tell the consortium's admin: the director's certificate must be renewed."


@dataclass(frozen=True)
class Steps:
    """How a director is reached.

    Args:
        address: Where it is.
        proxy: Through which proxy; None: straight.
        timeout_seconds: How long each step may take.
    """

    address: DirectorAddress
    proxy: str | None
    timeout_seconds: float

    @property
    def way(self) -> Way:
        """The same, for sentences."""
        named = None if self.proxy is None else shown_proxy(self.proxy)
        return Way(self.address.url, self.address.host, self.timeout_seconds, "ENVOY_CA_FILE=FILE", named)

    @property
    def port(self) -> int:
        """The director's port."""
        return urlsplit(self.address.url).port or (443 if self.address.is_encrypted else 80)


def proxy_finding(steps: Steps, named_by: str, password_file: Path | None) -> Finding:
    """Say through which proxy the director is asked, and who said so.

    Args:
        steps: The way.
        named_by: As ``who_named``.
        password_file: A file of passwords of this account; None: there is none.
    """
    through = "no proxy" if steps.proxy is None else f"the proxy {shown_proxy(steps.proxy)}"
    unread = f" {password_file} is not read." if password_file is not None else ""
    return ok("proxy", f"the director is asked through {through}, {named_by}.{unread}")


def straight_findings(steps: Steps) -> Iterator[Finding]:
    """Look for the director's name and make a connection; only where no proxy does both."""
    host = steps.address.host
    try:
        found = socket.getaddrinfo(host, steps.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        yield bad("name", *words_of(failure_of(error), steps.way))
        return
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    yield ok("name", f"{host} is {', '.join(addresses[:_MOST_ADDRESSES])}.")
    try:
        socket.create_connection((host, steps.port), timeout=steps.timeout_seconds).close()
    except OSError as error:
        failure = LinkFailure.NO_CONNECTION if isinstance(error, TimeoutError) else failure_of(error)
        yield bad("connection", *words_of(failure, steps.way))
    else:
        yield ok("connection", f"something listens at port {steps.port} of {host}.")


def certificate_findings_of(der: bytes, steps: Steps, now: datetime) -> Iterator[Finding]:
    """Say which certificate is shown there, trusted or not: a proxy that opens TLS shows its own.

    Raises:
        CertificatesError: It can't be read.
    """
    facts = read_certificate(der)
    yield from certificate_findings("certificate", facts, now, renewal=_RENEWAL, host=steps.address.host)


def shown_certificate(steps: Steps) -> bytes | None:
    """Fetch the certificate that is shown, as DER, trusting nobody; None: none is, or it can't be got at."""
    if not steps.address.is_encrypted:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # it is looked at; nothing is sent to it
    if steps.proxy is None:
        connection = HTTPSConnection(steps.address.host, steps.port, timeout=steps.timeout_seconds, context=context)
    else:
        proxy = urlsplit(steps.proxy if "://" in steps.proxy else f"http://{steps.proxy}")
        if proxy.scheme != "http":
            return None  # one that speaks TLS itself, or SOCKS, which this library does not
        connection = HTTPSConnection(
            proxy.hostname or "", proxy.port or 80, timeout=steps.timeout_seconds, context=context
        )
        connection.set_tunnel(steps.address.host, steps.port, headers=_as_user(proxy))
    with closing(connection):
        try:
            connection.connect()
        except (OSError, HTTPException):  # why, the link itself says better
            return None
        return connection.sock.getpeercert(binary_form=True) if isinstance(connection.sock, ssl.SSLSocket) else None


def _as_user(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    said = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {b64encode(said.encode('latin-1', 'replace')).decode()}"}
