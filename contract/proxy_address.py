"""A proxy as a setting of the surroundings names it: what can't be one, what it needs, how it is shown."""

import re
from collections.abc import Mapping

from contract.director_address import InvalidAddressError

_PROXY = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+.-]*)://)?(?:[^\s/?#]*@)?(\[[0-9A-Fa-f:.%]+\]|[^\s/\\?#@:\[\]]+)(?::([0-9]{1,5}))?/?"
)
_SOCKS = ("socks", "socks4", "socks4a", "socks5", "socks5h")
_FORM = (
    "Write it as http://proxy.example.org:3128 (in a password %40 for @, %2F for /, %23 for #), or unset it; what "
    "needs no proxy is named in NO_PROXY."
)


def shown_proxy(proxy: str) -> str:
    """Give a proxy's address without the name and the password in it."""
    scheme, separator, rest = proxy.rpartition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}".rstrip("/")


def chosen_proxy(
    scheme: str, proxies: Mapping[str, str], environment: Mapping[str, str], *, has_socks: bool
) -> str | None:
    """Choose the proxy that an address is asked through; None: it is asked straight.

    Args:
        scheme: The address's.
        proxies: What the surroundings name for it, by scheme or ``all``.
        environment: Where they were found, perhaps.
        has_socks: Whether this installation speaks SOCKS.

    Raises:
        InvalidAddressError: Nothing can be asked through it; the setting is named.
    """
    named = proxies.get(scheme) or proxies.get("all")
    if named is None or not named.strip():
        return None
    proxy = named.strip()
    found = _PROXY.fullmatch(proxy)
    kind = (found[1] or "http").lower() if found is not None else ""
    if found is None or int(found[3] or 1) not in range(1, 65536) or kind not in ("http", "https", *_SOCKS):
        raise InvalidAddressError(f"{setting_of(named, environment)} is no address of a proxy.", hint=_FORM)
    if kind in _SOCKS and not has_socks:
        raise InvalidAddressError(
            f"{setting_of(named, environment)} names a SOCKS proxy, {shown_proxy(proxy)}, which takes a package.",
            hint="Install it: pip install requests[socks]; or unset it where no proxy is needed.",
        )
    return proxy


def setting_of(proxy: str, environment: Mapping[str, str]) -> str:
    """Name the setting of the surroundings that names a proxy."""
    proxies = ((name, value.strip()) for name, value in environment.items() if name.lower().endswith("_proxy"))
    named = (name for name, value in proxies if value == proxy.strip())
    return next(named, "The proxy of this machine's settings")
