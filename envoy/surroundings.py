"""What this machine says of links: whom they trust, and through which proxy they go."""

import os
import ssl
from importlib.util import find_spec
from pathlib import Path

from requests.utils import get_environ_proxies

from contract.certificate_file import CertificateReader, trusted_file
from contract.director_address import DirectorAddress
from contract.errors import CallerError
from contract.proxy_address import chosen_proxy
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
