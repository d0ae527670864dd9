"""Where the director may listen: an address that others can reach takes TLS, or somebody who says otherwise."""

import errno
import ipaddress
import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from director.errors import UsageError

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2, with forward secrecy; those of TLS 1.3 are all good. Python itself refuses what is older than 1.2."""


@dataclass(frozen=True)
class Certificate:
    """A certificate (with its chain) and its private key, as PEM files that fit each other.

    Raises:
        UsageError: A file can't be read, is no PEM, needs a password, or is not the other's.
    """

    chain: Path
    key: Path

    def __post_init__(self) -> None:
        for what, file in (("certificate", self.chain), ("key", self.key)):
            try:
                file.read_bytes()
            except OSError as error:
                raise UsageError(f"The TLS {what} {file} can't be read: {error.strerror}.", hint=_HINT) from None
        try:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.chain, self.key, password=_no_password)
        except ssl.SSLError as error:
            is_of_another = error.reason == "KEY_VALUES_MISMATCH"
            why = "are not of each other" if is_of_another else "are not a PEM certificate and its PEM key"
            raise UsageError(f"The TLS certificate {self.chain} and the key {self.key} {why}.", hint=_HINT) from None


_HINT = "Name the certificate with --tls-cert and its key with --tls-key: PEM files, the key without a password."


def certificate_of(chain: Path | None, key: Path | None) -> Certificate | None:
    """Give the certificate that is configured, if any.

    Raises:
        UsageError: One of the two is missing, or they don't do.
    """
    if chain is None and key is None:
        return None
    if chain is None or key is None:
        raise UsageError("TLS takes a certificate and its key; only one of them is given.", hint=_HINT)
    return Certificate(chain, key)


def require_private(host: str, port: int) -> None:
    """Refuse an address that others can reach, for tokens and models would travel in clear.

    Raises:
        UsageError: It is no loopback address, or a name of one that isn't.
    """
    if not is_loopback(host, port):
        raise UsageError(
            f"{host or 'Every address'} can be reached by others: without TLS, tokens and models travel in clear.",
            hint="Give --tls-cert and --tls-key; or listen on 127.0.0.1 behind a TLS proxy on this machine; or, where "
            "something else encrypts the whole way, say so with --insecure-http.",
        )


def is_loopback(host: str, port: int) -> bool:
    """Tell whether an address can be reached from this machine alone; raises ``UsageError`` where it is none."""
    return bool(host) and all(ipaddress.ip_address(address).is_loopback for address in _addresses(host, port))


def require_free(host: str, port: int) -> None:
    """Refuse an address that can't be listened on.

    Raises:
        UsageError: Something listens there, or it is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except (OSError, UnicodeError) as error:
        raise refused_address(host, port, error) from None


def refused_address(host: str, port: int, error: OSError | UnicodeError) -> UsageError:
    """Say of an address that can't be listened on why, and what to do about that."""
    found = error.errno if isinstance(error, OSError) and not isinstance(error, socket.gaierror) else None
    hint = _HINTS.get(found, _OF_THIS_MACHINE if found is None else _HINTS[errno.EADDRINUSE])
    # Python's own text says the address once more
    why = os.strerror(found) if found is not None and found > 0 else _why(error)
    return UsageError(f"{host}:{port} can't be listened on: {why}.", hint=hint)


_OF_THIS_MACHINE = "Give an address of this machine, such as 127.0.0.1."
_HINTS: Mapping[int | None, str] = {
    errno.EADDRINUSE: "Stop what listens there, or choose another --port.",
    errno.EADDRNOTAVAIL: _OF_THIS_MACHINE,
    errno.EACCES: "Ports below 1024 take more rights than this user has: choose another --port, with a proxy before "
    "it, or let the service manager give them (AmbientCapabilities=CAP_NET_BIND_SERVICE).",
}


def _addresses(host: str, port: int) -> set[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise UsageError(f"{host} is no address: {_why(error)}.", hint=_OF_THIS_MACHINE) from None
    return {str(address[0]) for *_, address in found}


def _why(error: OSError | UnicodeError) -> str:
    return str(getattr(error, "strerror", None) or error)


def _no_password() -> str:
    """Answer instead of a person at a terminal, whom the library would ask."""
    return ""
