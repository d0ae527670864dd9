"""Where this hospital's director is: what is no address, or one where others read along, stops the envoy."""

from contract.director_address import DirectorAddress, InvalidAddressError, parse_address
from envoy.errors import PolicyError, SettingsError


def read_address(url: str) -> DirectorAddress:
    """Read an address.

    Raises:
        SettingsError: It is none, or holds more than a scheme, a host, a port and a path.
    """
    try:
        return parse_address(url)
    except InvalidAddressError as error:
        raise SettingsError(error.sentence, hint=error.hint) from None


def require_private(address: DirectorAddress) -> None:
    """Demand an address where nobody on the way reads the token, and the patients' statistics beside it.

    Raises:
        PolicyError: It is ``http://`` to another machine.
    """
    if not address.is_private:
        raise PolicyError(
            f"{address.url} is not encrypted: whoever is on the way reads the token and what this hospital sends.",
            hint="Use https://. On a network that only you can reach: fl-envoy join --insecure-http, or "
            "ENVOY_INSECURE_HTTP=1.",
        )
