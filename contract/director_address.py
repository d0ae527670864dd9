"""Where a director is, and whether a token may travel there. Knows no HTTP and no surroundings."""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

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
        """Whether nobody on the way can read the token, and what is sent beside it."""
        return self.is_encrypted or self.is_loopback


def parse_address(url: str) -> DirectorAddress | None:
    """Read an address; None where it is none, or holds more than a scheme, a host, a port and a path."""
    found = _ADDRESS.fullmatch(url)
    if found is None or int(found[3] or 1) > 65535:
        return None
    return DirectorAddress(url.rstrip("/"), found[2].strip("[]"), found[1] == "https")
