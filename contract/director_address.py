"""Where a director is, and whether a token may travel there. Knows no HTTP and no surroundings.

An address is taken as people give it: with spaces and invisible marks around it from a mail, a scheme in capitals, a
slash at its end. What two readers of addresses could read differently is refused, each mistake by its name.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import urljoin

from contract.director_problems import shown
from contract.errors import CallerError

_AROUND = " \t\r\n\v\f\u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""What is copied with an address and is no part of it: spaces of each kind, and marks that show nothing."""
_EXAMPLE = "https://director.example.org:8080"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_BROKEN_SCHEME = re.compile(r"(https?)(?::[/\\]*|[/\\]{1,2})([^/\\].*)", re.DOTALL | re.IGNORECASE)
_HOST_PORT_PATH = re.compile(r"(\[[^\]/]*\]|[^/:]*)(?::([^/:]*))?(/.*)?", re.DOTALL)
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_LONGEST_NAME = 253
_SECRET = re.compile(r"(?<=//).*@|^(?![a-z]+://).*@|(?<=[?#]).+", re.DOTALL | re.IGNORECASE)
"""Where an address names a user, with a password perhaps, or asks with a code."""
_HERE = re.compile(r"localhost\b|127\.|\[::1\]", re.IGNORECASE)
_PAGE = re.compile(
    r"(/.*?)?/(?:dashboard(?:/.*)?|docs|openapi\.json|health/(?:live|ready)|join|tasks|envoys|global_models"
    r"|infer(?:_global)?(?:/batch)?)",
    re.DOTALL,
)
"""What is copied from a browser or a command in the place of the address before it."""


class InvalidAddressError(CallerError):
    """What was given is no address of a director."""

    code = "invalid_address"


@dataclass(frozen=True)
class DirectorAddress:
    """A director's address: without a slash at its end, so that paths can follow."""

    url: str
    host: str
    is_encrypted: bool

    @property
    def is_loopback(self) -> bool:
        """Whether what is sent there stays on this machine: 127.0.0.0/8, ::1, localhost."""
        if self.host.casefold() == "localhost":
            return True
        try:
            found = ip_address(self.host)
        except ValueError:
            return False
        return found == IPv6Address("::1") or (found.version == 4 and found.is_loopback)

    @property
    def is_private(self) -> bool:
        """Whether nobody on the way can read the token, and what is sent beside it."""
        return self.is_encrypted or self.is_loopback


def parse_address(url: str) -> DirectorAddress:
    """Read an address.

    Raises:
        InvalidAddressError: It is none, or holds more than a scheme, a host, a port and a path; it says what is wrong.
    """
    found = url.strip(_AROUND)
    unseen = next((each for each in found if each in _AROUND or not each.isprintable()), None)
    if unseen is not None:
        name = "a space" if unseen == " " else f"a character that nobody sees (U+{ord(unseen):04X})"
        raise _no_address(found, f"it has {name} in it", "Write it anew, by hand.")
    scheme, rest = _scheme_and_rest(found)
    host, port, path = _parts(found, rest)
    _require_host(found, host)
    if port is not None and not (re.fullmatch("[0-9]{1,5}", port) and 1 <= int(port) <= 65535):
        raise _no_address(found, f"{shown(port, 20) or 'nothing'} is no port", "A port is a number from 1 to 65535.")
    address = f"{scheme}://{host}{'' if port is None else f':{port}'}"
    path = path.rstrip("/")
    page = _PAGE.fullmatch(path)
    if page is not None:
        raise _no_address(found, "it is a page of a director", f"Write what stands before it: {address}{page[1] or ''}")
    return DirectorAddress(address + path, host.strip("[]"), scheme == "https")


def address_moved_to(asked: str, path: str, location: str) -> str | None:
    """Give the address under which a director says that it is, by where it sent a request on to.

    Args:
        asked: The address that was asked.
        path: What was asked behind it.
        location: Where the answer points, as it was written: with or without a host.

    Returns:
        None where it points to something else than the same path elsewhere.
    """
    wanted = path.partition("?")[0].rstrip("/")
    try:
        target = urljoin(asked + path, location).partition("?")[0].rstrip("/")
        return parse_address(target.removesuffix(wanted)).url if target.endswith(wanted) else None
    except (ValueError, InvalidAddressError):
        return None


def _no_address(url: str, why: str, hint: str) -> InvalidAddressError:
    """Refuse; what may be a secret in it is not shown."""
    return InvalidAddressError(f"{_harmless(url)!r} is no address of a director: {why}.", hint=hint)


def _harmless(url: str) -> str:
    return shown(_SECRET.sub(lambda found: "…@" if found[0].endswith("@") else "…", url))


def _scheme_and_rest(url: str) -> tuple[str, str]:
    if not url:
        raise _no_address(url, "there is none", f"Write it as {_EXAMPLE}")
    found = _SCHEME.fullmatch(url)
    if found is None:
        broken = _BROKEN_SCHEME.fullmatch(url)
        if broken is not None:
            right = _harmless(f"{broken[1].lower()}://{broken[2]}")
            raise _no_address(url, f"{shown(broken[1])} is not followed by ://", f"Write it as {right}")
        right = f"{'http' if _HERE.match(url) else 'https'}://{_harmless(url)}"
        raise _no_address(url, "it does not begin with https://", f"Write the scheme before it: {right}")
    scheme = found[1].lower()
    if scheme not in ("http", "https"):
        raise _no_address(url, f"{shown(scheme, 20)}:// is not spoken", f"Write it with https://, such as {_EXAMPLE}")
    return scheme, found[2]


def _parts(url: str, rest: str) -> tuple[str, str | None, str]:
    """Take a host, a port and a path; what would let somebody read another host, or swallow a path, is refused."""
    for mark, what in (
        ("@", "names a user"),
        ("?", "has a question mark"),
        ("#", "has a #"),
        ("\\", "has a backslash"),
    ):
        if mark in rest:
            raise _no_address(url, f"it {what}", f"A scheme, a host, a port and a path are enough, such as {_EXAMPLE}")
    found = _HOST_PORT_PATH.fullmatch(rest)
    if found is None:
        if rest.count(":") > 1 and "[" not in rest:
            raise _no_address(url, "it has several colons", "An IPv6 address stands in brackets: https://[2001:db8::1]")
        raise _no_address(url, "its host and port can't be read", f"Write it as {_EXAMPLE}")
    return found[1], found[2], found[3] or ""


def _require_host(url: str, host: str) -> None:
    if host.startswith("["):
        try:
            IPv6Address(host.strip("[]"))
        except ValueError:
            raise _no_address(
                url, f"{shown(host, 60)} is no IPv6 address", "Write it as https://[2001:db8::1]"
            ) from None
        return
    try:
        name = host.removesuffix(".").encode("idna").decode() if len(host) <= _LONGEST_NAME else ""
    except UnicodeError:
        name = ""
    if not name or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        what = f"{shown(host, 80)} is no name of a host" if host else "it names no host"
        raise _no_address(url, what, f"Write it as {_EXAMPLE}")
