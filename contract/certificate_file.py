"""A file of certificates to trust: what is wrong with it is said before it is used. Loads none itself."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contract.director_problems import shown
from contract.errors import ArtifactError, CallerError
from contract.plain_files import read_bounded

MAX_CERTIFICATE_BYTES = 16 << 20
"""All public authorities together have less than 1 MB."""
_CERTIFICATE = re.compile(rb"^-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----", re.MULTILINE)
_SHARED = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Where a machine's programs find whom they trust; a folder of such files may stand there too."""
_ASK = "Give the path of a file in PEM, as the consortium's admin has it: it begins with -----BEGIN CERTIFICATE-----."
_KINDS: tuple[tuple[re.Pattern[bytes], str, str], ...] = (
    (re.compile(rb"\s*\Z"), "is empty", _ASK),
    (
        re.compile(rb"\xff\xfe|\xfe\xff|\xef\xbb\xbf"),
        "begins with a byte order mark, which no reader of PEM takes",
        "Save it again as plain text: in Notepad with the encoding ANSI or UTF-8 without BOM.",
    ),
    (
        re.compile(rb"\x30[\x80-\x84]"),
        "is in DER or PKCS#12, not in PEM",
        "Turn it into PEM: openssl x509 -inform der -in FILE -out FILE.pem (a .p12, .pfx: openssl pkcs12 -nokeys).",
    ),
    (
        re.compile(rb"(?s).*-----BEGIN PKCS7-----"),
        "is in PKCS#7",
        "Turn it into PEM: openssl pkcs7 -print_certs -in FILE -out FILE.pem",
    ),
    (re.compile(rb"(?s).*-----BEGIN [A-Z0-9 ]*CERTIFICATE REQUEST-----"), "holds a request for a certificate", _ASK),
    (
        re.compile(rb"(?s).*-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----"),
        "holds a private key and no certificate",
        "A key is its owner's alone; what is needed here is the certificate, a file that begins with "
        "-----BEGIN CERTIFICATE-----.",
    ),
)


@dataclass(frozen=True)
class CertificateReader:
    """How certificates are looked at here.

    Args:
        load: Takes a file for certificates, as the TLS library does; raises OSError where it can't.
        is_folder: Tells whether a folder stands there.
    """

    load: Callable[[str], object]
    is_folder: Callable[[str], bool]


class CertificatesError(CallerError):
    """Nobody can be trusted by a file of certificates."""

    code = "certificates_invalid"


def trusted_file(
    given: str | None, setting: str, environment: Mapping[str, str], reader: CertificateReader
) -> str | None:
    """Choose the file of certificates to trust; None: the public authorities'.

    Args:
        given: What was given for this program; it goes before what the machine's programs share.
        setting: How that is called.
        environment: Where the rest is looked for.
        reader: How it is looked at.

    Raises:
        CertificatesError: It holds none; the setting and the path are named.
    """
    named = ((name, environment.get(name)) for name in _SHARED)
    name, path = next(((name, path) for name, path in ((setting, given), *named) if path), (setting, None))
    if path is None or (name in _SHARED and reader.is_folder(path)):
        return path
    mistake = _mistake_in(path, reader.load)
    if mistake is not None:
        raise CertificatesError(f"{name} names {shown(path)}, {mistake[0]}.", hint=mistake[1])
    return path


def _mistake_in(path: str, load: Callable[[str], object]) -> tuple[str, str] | None:
    """Give half a sentence and a hint; None: it is good."""
    try:
        data = read_bounded(path, MAX_CERTIFICATE_BYTES)
    except FileNotFoundError:
        return "which is not there", "Correct the path; ask the consortium's admin for the file if you have none."
    except PermissionError:
        return "which this user may not read", "Let the user who runs this read the file."
    except ArtifactError as error:
        return f"of which nothing can be read: {error.sentence.rstrip('.')}", _ASK
    except OSError as error:
        return f"which can't be read: {error.strerror}", _ASK
    if _CERTIFICATE.search(data) is None:
        return next(
            ((f"which {what}", hint) for kind, what, hint in _KINDS if kind.match(data)),
            ("which holds no certificates that can be read: it is no PEM", _ASK),
        )
    try:
        load(path)
    except OSError:  # ssl's too
        return "which holds no certificates that can be read: one is damaged", _ASK
    return None
