"""What this machine says of links: whom they trust, and through which proxy they go."""

import os
import ssl
from importlib.util import find_spec
from pathlib import Path
from urllib.request import getproxies

from requests.utils import get_environ_proxies

from contract.certificate_file import CertificateReader, trusted_file
from contract.director_address import DirectorAddress
from contract.errors import CallerError
from contract.proxy_address import chosen_proxy, setting_of
from envoy.errors import SettingsError

_READER = CertificateReader(lambda path: ssl.create_default_context(cafile=path), os.path.isdir)


def trusted_certificates(ca_file: Path | None, *, is_needed: bool = True) -> str | None:
    """Give the file of certificates to trust; None: the public authorities'.

    Args:
        ca_file: The setting.
        is_needed: Whether anything is encrypted: else what this machine's programs share does not matter.

    Raises:
        SettingsError: It holds none.
    """
    given = None if ca_file is None else str(ca_file.expanduser())
    try:
        return trusted_file(given, "ENVOY_CA_FILE", os.environ if is_needed else {}, _READER)
    except CallerError as error:
        raise SettingsError(error.sentence, hint=error.hint) from None


def proxy_to(address: DirectorAddress) -> str | None:
    """Give the proxy through which an address is asked; None: none, as for what stays on this machine.

    Raises:
        SettingsError: Nothing can be asked through it.
    """
    if address.is_loopback:
        return None
    scheme = "https" if address.is_encrypted else "http"
    has_socks = find_spec("socks") is not None
    try:
        return chosen_proxy(scheme, get_environ_proxies(address.url), os.environ, has_socks=has_socks)
    except CallerError as error:
        raise SettingsError(error.sentence, hint=error.hint) from None


def who_named(address: DirectorAddress, proxy: str | None) -> str:
    """Say which setting has an address asked through a proxy, or why it is asked straight."""
    if proxy is not None:
        return f"as {setting_of(proxy, os.environ)} says"
    if address.is_loopback:
        return "for it is on this machine"
    found = getproxies()
    named = found.get("https" if address.is_encrypted else "http") or found.get("all")
    return "for no setting names a proxy" if not named else "for NO_PROXY says so"


def password_file() -> Path | None:
    """Give the file of passwords that other programs take a host's from, if there is one; here it is never read."""
    named = os.environ.get("NETRC")
    places = (Path(named),) if named else (Path("~/.netrc").expanduser(), Path("~/_netrc").expanduser())
    return next((each for each in places if each.is_file()), None)


def who_is_trusted(ca_file: Path | None) -> str:
    """Name the authorities whose certificates are trusted: a setting's file, or the public ones."""
    path = trusted_certificates(ca_file)
    if path is None:
        return "the public authorities"
    named = (name for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE") if os.environ.get(name) == path)
    return f"those in {path} ({'ENVOY_CA_FILE' if ca_file is not None else next(named, 'this machine')})"
