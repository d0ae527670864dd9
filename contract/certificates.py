"""What a certificate says of itself: whose it is, who signed it, until when it holds. It proves nothing.

Python's TLS library tells this of a certificate that it trusts alone, and a person asks about the other ones. Source:
RFC 5280, section 4.1, in DER (ITU-T X.690); a certificate is untrusted bytes here, of bounded depth and no recursion.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address

from contract.certificate_file import CertificatesError
from contract.director_problems import shown

_PEM = re.compile(rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----(.*?)-----END", re.DOTALL)
_SEQUENCE, _SET, _OCTETS, _OID, _VERSION, _EXTENSIONS = 0x30, 0x31, 0x04, 0x06, 0xA0, 0xA3
_COMMON_NAME, _ORGANISATION, _OTHER_NAMES = b"\x55\x04\x03", b"\x55\x04\x0a", b"\x55\x1d\x11"
_DNS, _ADDRESS = 0x82, 0x87
_TEXTS = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1E: "utf-16-be"}
_TIMES = {0x17: "%y%m%d%H%M%SZ", 0x18: "%Y%m%d%H%M%SZ"}


@dataclass(frozen=True)
class CertificateFacts:
    """A certificate as it describes itself.

    Args:
        subject: Whose it is: its common name, else its organisation, else "".
        issuer: Who signed it, likewise.
        names: The hosts and addresses that it is made out to; ``*.`` stands for one label.
        not_before: Since when it holds.
        not_after: Until when.
        subject_der: The whole subject, as its signer and those below it write it.
        issuer_der: The whole issuer.
    """

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    subject_der: bytes
    issuer_der: bytes

    @property
    def is_self_signed(self) -> bool:
        """Whether nobody else vouches for it."""
        return self.subject_der == self.issuer_der

    def is_for(self, host: str) -> bool:
        """Tell whether it is made out to a host or an address (RFC 6125: ``*`` is one whole label, the first)."""
        try:
            asked = str(ip_address(host))
        except ValueError:
            asked = _in_ascii(host)
            parent = asked.partition(".")[2]
            return any(each.lower() in (asked, f"*.{parent}" if parent else asked) for each in self.names)
        return asked in self.names


def certificates_in(pem: bytes) -> list[bytes]:
    """Give the certificates of a PEM file in their order, as DER; what stands around them is left out.

    Raises:
        CertificatesError: One is no base64.
    """
    try:
        return [base64.b64decode(b"".join(found.split()), validate=True) for found in _PEM.findall(pem)]
    except binascii.Error:
        raise _unreadable() from None


def read_certificate(der: bytes) -> CertificateFacts:
    """Read a certificate.

    Raises:
        CertificatesError: It is none that can be read.
    """
    try:
        certificate = next(_of_kind(_parts(der), _SEQUENCE))
        fields = list(_parts(next(_of_kind(_parts(certificate), _SEQUENCE))))
        if fields[0].kind == _VERSION:
            del fields[0]
        _, _, issuer, validity, subject, *rest = fields
        not_before, not_after = (_moment(each) for each in _parts(validity.content))
        names = [name for part in _of_kind(rest, _EXTENSIONS) for name in _other_names(part)]
        return CertificateFacts(
            _called(subject.content),
            _called(issuer.content),
            tuple(names),
            not_before,
            not_after,
            subject.content,
            issuer.content,
        )
    except (ValueError, IndexError, StopIteration, OverflowError):
        raise _unreadable() from None


@dataclass(frozen=True)
class _Part:
    kind: int
    content: bytes


def _parts(data: bytes) -> Iterator[_Part]:
    """Give the parts beside each other; raises ``ValueError`` or ``IndexError`` where one is longer than the whole."""
    at = 0
    while at < len(data):
        kind, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 4 or at + count > len(data):
                raise ValueError("no length")
            length = int.from_bytes(data[at : at + count])
            at += count
        if kind & 0x1F == 0x1F or at + length > len(data):
            raise ValueError("no part")
        yield _Part(kind, data[at : at + length])
        at += length


def _of_kind(parts: Iterator[_Part] | list[_Part], kind: int) -> Iterator[bytes]:
    return (each.content for each in parts if each.kind == kind)


def _only(parts: Iterator[_Part], kind: int) -> bytes:
    (found,) = _of_kind(parts, kind)
    return found


def _moment(part: _Part) -> datetime:
    """Read a time; the two digits of a year stand for 1950 to 2049 (RFC 5280, 4.1.2.5.1)."""
    form = _TIMES.get(part.kind)
    if form is None:
        raise ValueError("no time")
    found = datetime.strptime(part.content.decode("ascii"), form).replace(tzinfo=UTC)
    return found.replace(year=found.year - 100) if form.startswith("%y") and found.year >= 2050 else found


def _called(name: bytes) -> str:
    """Give the common name in a name, else the organisation."""
    found: dict[bytes, str] = {}
    for group in _of_kind(_parts(name), _SET):
        for pair in _of_kind(_parts(group), _SEQUENCE):
            kind, text = list(_parts(pair))[:2]
            if kind.kind == _OID and text.kind in _TEXTS:
                found[kind.content] = text.content.decode(_TEXTS[text.kind], errors="replace")
    return shown(found.get(_COMMON_NAME) or found.get(_ORGANISATION) or "", 100)


def _other_names(extensions: bytes) -> Iterator[str]:
    """Give the hosts and addresses that a certificate is made out to (subjectAltName)."""
    for extension in _of_kind(_parts(_only(_parts(extensions), _SEQUENCE)), _SEQUENCE):
        parts = list(_parts(extension))
        if parts[0] != _Part(_OID, _OTHER_NAMES):
            continue
        for each in _parts(_only(_parts(parts[-1].content), _SEQUENCE)):
            if each.kind == _DNS:
                yield shown(each.content.decode("ascii", errors="replace"), 253)
            elif each.kind == _ADDRESS:
                yield str(ip_address(each.content))


def _in_ascii(host: str) -> str:
    try:
        return host.rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        return host.lower()


def _unreadable() -> CertificatesError:
    return CertificatesError(
        "A certificate can't be read: it is damaged, or none.", hint="Look at it: openssl x509 -noout -text -in FILE"
    )
