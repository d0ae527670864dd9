"""Why no answer came over a link, told apart: what a hospital's IT, at night and alone, can look for.

Works on what an HTTP library raises, by the names of the classes and the system's numbers: it knows no library, no
socket and no clock. What time may mend is worth another attempt; the rest is not.
"""

import errno
import re
from collections.abc import Iterator, Mapping
from enum import Enum

from contract.errors import FederationError


class LinkFailure(Enum):
    """Why no answer came; the value says it in a word or two."""

    NAME_NOT_FOUND = "name not found"
    REFUSED = "refused"
    NO_CONNECTION = "no connection in time"
    NO_ANSWER = "timed out"
    NO_WAY = "network unreachable"
    HELD_BACK = "held back by this machine"
    BROKEN_OFF = "broken off"
    HUNG_UP = "hung up without a word"
    NO_TLS = "no TLS there"
    ONLY_TLS = "TLS there"
    TLS_BROKEN_OFF = "broken off in the TLS greeting"
    TLS_NOT_AGREED = "no TLS in common"
    EXPIRED = "certificate expired"
    NOT_YET_VALID = "certificate not valid yet"
    OTHER_NAME = "certificate for another name"
    SELF_SIGNED = "certificate signed by itself"
    UNKNOWN_AUTHORITY = "certificate of an unknown authority"
    UNTRUSTED = "certificate not trusted"
    PROXY_NOT_FOUND = "name of the proxy not found"
    PROXY_REFUSED = "proxy refused"
    PROXY_SILENT = "proxy timed out"
    PROXY_NO_TLS = "no TLS at the proxy"
    PROXY_PASSWORD = "proxy wants a password"  # noqa: S105 - no password, only its name
    PROXY_FORBIDS = "proxy forbids"
    PROXY_STUCK = "proxy reaches nobody"
    PROXY_BROKEN_OFF = "proxy broke off"
    NOT_TRIED = "can't be asked"
    UNKNOWN = "link broken"

    @property
    def may_pass(self) -> bool:
        """Whether the same, a little later, may go through."""
        return self not in _LASTING


_LASTING = frozenset(
    (
        LinkFailure.NO_TLS,
        LinkFailure.ONLY_TLS,
        LinkFailure.TLS_NOT_AGREED,
        LinkFailure.EXPIRED,
        LinkFailure.NOT_YET_VALID,
        LinkFailure.OTHER_NAME,
        LinkFailure.SELF_SIGNED,
        LinkFailure.UNKNOWN_AUTHORITY,
        LinkFailure.UNTRUSTED,
        LinkFailure.PROXY_NO_TLS,
        LinkFailure.PROXY_PASSWORD,
        LinkFailure.PROXY_FORBIDS,
        LinkFailure.NOT_TRIED,
    )
)
_NOT_TRIED = frozenset(
    ("InvalidURL", "InvalidSchema", "MissingSchema", "InvalidProxyURL", "LocationValueError", "InvalidHeader")
)
"""What the library refuses by itself, by the names of its errors."""
_CERTIFICATES: Mapping[object, LinkFailure] = {
    9: LinkFailure.NOT_YET_VALID,
    10: LinkFailure.EXPIRED,
    18: LinkFailure.SELF_SIGNED,
    19: LinkFailure.UNKNOWN_AUTHORITY,
    20: LinkFailure.UNKNOWN_AUTHORITY,
    21: LinkFailure.UNKNOWN_AUTHORITY,
    62: LinkFailure.OTHER_NAME,
    64: LinkFailure.OTHER_NAME,
}
"""OpenSSL's numbers of what a look at a certificate found (X509_V_ERR_…)."""
_NO_TLS = re.compile("WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|UNKNOWN_PROTOCOL|RECORD_LAYER_FAILURE")
_NOT_AGREED = re.compile(
    "HANDSHAKE_FAILURE|PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS|CERTIFICATE_REQUIRED|NO_SHARED_CIPHER"
    "|UNRECOGNIZED_NAME|BAD_CERTIFICATE"
)
_EXACT: tuple[tuple[str, LinkFailure], ...] = (
    ("gaierror", LinkFailure.NAME_NOT_FOUND),
    ("NameResolutionError", LinkFailure.NAME_NOT_FOUND),
    ("ConnectionRefusedError", LinkFailure.REFUSED),
    ("RemoteDisconnected", LinkFailure.HUNG_UP),
)
"""What says all by its class."""
_AROUND: tuple[tuple[str, LinkFailure], ...] = (
    ("ConnectTimeoutError", LinkFailure.NO_CONNECTION),
    ("ConnectTimeout", LinkFailure.NO_CONNECTION),
    ("ReadTimeoutError", LinkFailure.NO_ANSWER),
    ("ConnectionError", LinkFailure.BROKEN_OFF),  # Python's own and its kinds: a reset, a pipe without an end
    ("HTTPException", LinkFailure.BROKEN_OFF),
    ("ProtocolError", LinkFailure.BROKEN_OFF),
    ("IncompleteRead", LinkFailure.BROKEN_OFF),
    ("TimeoutError", LinkFailure.NO_ANSWER),
)
"""What may stand around something more exact, a number of the system's for example."""
_BY_NUMBER: Mapping[object, LinkFailure] = {
    **dict.fromkeys(
        (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, 10050, 10051, 10065),
        LinkFailure.NO_WAY,
    ),
    **dict.fromkeys((errno.EPERM, errno.EACCES, 10013), LinkFailure.HELD_BACK),
}
"""The system's numbers, Windows' own among them."""
_TUNNEL = re.compile(r"Tunnel connection failed: ([0-9]{3})")
_OF_THE_PROXY: Mapping[LinkFailure, LinkFailure] = {
    LinkFailure.NAME_NOT_FOUND: LinkFailure.PROXY_NOT_FOUND,
    LinkFailure.NO_CONNECTION: LinkFailure.PROXY_SILENT,
    LinkFailure.NO_ANSWER: LinkFailure.PROXY_SILENT,
    LinkFailure.BROKEN_OFF: LinkFailure.PROXY_BROKEN_OFF,
    LinkFailure.HUNG_UP: LinkFailure.PROXY_BROKEN_OFF,
    LinkFailure.UNKNOWN: LinkFailure.PROXY_BROKEN_OFF,
    LinkFailure.TLS_BROKEN_OFF: LinkFailure.PROXY_NO_TLS,
    LinkFailure.NO_TLS: LinkFailure.PROXY_NO_TLS,
}
_TLS_RECORD = re.compile(r"\\?[\x15\x16]\\?\x03|\\x1[56]\\x03")
"""How an alert or a greeting of TLS begins, as it is or as Python shows it."""


def failure_of(error: BaseException) -> LinkFailure:
    """Tell why no answer came, by what an HTTP library raised."""
    chain = list(_chain(error))
    classes = {
        kind.__name__ for each in chain for kind in type(each).__mro__ if kind.__module__ != "requests.exceptions"
    }
    if _NOT_TRIED & {kind.__name__ for kind in type(error).__mro__}:
        return LinkFailure.NOT_TRIED
    found = _inner(chain, classes)
    if "ProxyError" not in classes:
        return found
    tunnel = next((match for each in chain if (match := _TUNNEL.search(str(each)))), None)
    if tunnel is not None:
        status = int(tunnel[1])
        if status == 407:
            return LinkFailure.PROXY_PASSWORD
        return LinkFailure.PROXY_STUCK if status >= 500 else LinkFailure.PROXY_FORBIDS
    return _OF_THE_PROXY.get(found, LinkFailure.PROXY_REFUSED if found.may_pass else found)


def _inner(chain: list[BaseException], classes: set[str]) -> LinkFailure:
    for each in chain:
        code = getattr(each, "verify_code", None)
        if code is not None:
            return _CERTIFICATES.get(code, LinkFailure.UNTRUSTED)
    text = " ".join(str(each) for each in chain)
    if "SSLCertVerificationError" in classes:
        return LinkFailure.UNTRUSTED
    if "CertificateError" in classes:
        return LinkFailure.OTHER_NAME
    if "SSLError" in classes:
        if _NO_TLS.search(text):
            return LinkFailure.NO_TLS
        return LinkFailure.TLS_NOT_AGREED if _NOT_AGREED.search(text) else LinkFailure.TLS_BROKEN_OFF
    if "BadStatusLine" in classes and _TLS_RECORD.search(text):
        return LinkFailure.ONLY_TLS
    for name, failure in _EXACT:
        if name in classes:
            return failure
    for each in chain:
        if isinstance(each, OSError) and each.errno in _BY_NUMBER:
            return _BY_NUMBER[each.errno]
    return next((failure for name, failure in _AROUND if name in classes), LinkFailure.UNKNOWN)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Give an error and all that it was made of; an error of ours in it is of an earlier attempt."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, BaseException) and not isinstance(each, FederationError) and id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting += [*each.args, getattr(each, "reason", None), each.__cause__, each.__context__]
