"""A proxy as the surroundings name it."""

import pytest

from contract.director_address import InvalidAddressError
from contract.proxy_address import chosen_proxy, shown_proxy


@pytest.mark.parametrize(
    "proxy",
    [
        "http://proxy.example:3128",
        "HTTP://proxy.example",
        "proxy.example:3128",
        "https://user:p%40ss@proxy.example:3128/",
        "http://[2001:db8::1]:3128",
    ],
)
def test_a_proxy_is_taken_as_it_is_named_for_the_scheme_or_for_all(proxy: str) -> None:
    for named in ({"https": proxy}, {"all": f" {proxy} "}, {"https": proxy, "all": "socks5://x"}):
        assert chosen_proxy("https", named, {}, has_socks=False) == proxy
    assert chosen_proxy("http", {"https": proxy}, {}, has_socks=False) is None
    assert chosen_proxy("http", {"all": " "}, {}, has_socks=False) is None


@pytest.mark.parametrize("proxy", ["http://", "http://pro xy", "http://proxy:99999", "ftp://proxy", "http://a/b", "\\"])
def test_what_is_no_proxy_is_refused_by_the_name_of_its_setting(proxy: str) -> None:
    environment = {"PATH": proxy, "HTTPS_PROXY": proxy}
    with pytest.raises(InvalidAddressError, match=r"^HTTPS_PROXY is no address of a proxy") as refused:
        chosen_proxy("https", {"https": proxy}, environment, has_socks=True)
    assert "NO_PROXY" in refused.value.hint


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks4", "SOCKS5"])
def test_socks_needs_a_package_and_says_which(scheme: str) -> None:
    proxy = f"{scheme}://user:secret@127.0.0.1:1080"
    with pytest.raises(InvalidAddressError, match=r"all_proxy names a SOCKS proxy, \w+://127\.0\.0\.1:1080") as refused:
        chosen_proxy("https", {"all": proxy}, {"all_proxy": proxy}, has_socks=False)
    assert "pip install requests[socks]" in refused.value.hint
    assert "secret" not in f"{refused.value.sentence}{refused.value.hint}"
    assert chosen_proxy("https", {"all": proxy}, {}, has_socks=True) == proxy


def test_a_proxy_is_shown_without_who_asks() -> None:
    assert shown_proxy("http://user:se@cret@proxy.example:3128/") == "http://proxy.example:3128"
    assert shown_proxy("user:secret@proxy.example:3128") == "proxy.example:3128"
