"""Where a director is, and whether the hospital's token may travel there. Knows no HTTP and no surroundings."""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from envoy.errors import PolicyError, SettingsError

# Narrow on purpose: what two readers of addresses could read differently is none. A user's name before the host would
# travel in the token's place, a question mark or a hash would swallow the path behind it.
_ADDRESS = re.compile(r"(https?)://(\[[0-9A-Fa-f:.]+\]|[^\s/\\?#@:\[\]]+)(?::([0-9]{1,5}))?(/[^\s\\?#@]*)?")


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
        """Whether nobody on the way can read the token, and the patients' statistics beside it."""
        return self.is_encrypted or self.is_loopback

    def require_private(self) -> None:
        """Demand an address where nobody on the way reads along.

        Raises:
            PolicyError: It is ``http://`` to another machine.
        """
        if not self.is_private:
            raise PolicyError(
                f"{self.url} is not encrypted: whoever is on the way reads the token and what this hospital sends.",
                hint="Use https://. On a network that only you can reach: fl-envoy join --insecure-http, or "
                "ENVOY_INSECURE_HTTP=1.",
            )


def read_address(url: str) -> DirectorAddress:
    """Read an address.

    Raises:
        SettingsError: It is none, or holds more than a scheme, a host, a port and a path.
    """
    found = _ADDRESS.fullmatch(url)
    if found is None or int(found[3] or 1) > 65535:
        raise SettingsError(
            f"{url!r} is no address of a director.",
            hint="Write it as https://director.example.org:8080, without a user's name, ? or #.",
        )
    return DirectorAddress(url.rstrip("/"), found[2].strip("[]"), found[1] == "https")
