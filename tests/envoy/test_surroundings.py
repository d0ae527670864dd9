"""What this machine says of links counts; what is wrong with it is a matter of settings, before anything is sent."""

from pathlib import Path

import pytest
import trustme

from contract.director_address import parse_address
from envoy.errors import SettingsError
from envoy.surroundings import password_file, proxy_to, trusted_certificates, who_is_trusted, who_named

FAR, NEAR = parse_address("https://director.example"), parse_address("https://localhost:8080")


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_a_file_that_was_given_goes_before_what_programs_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own, shared = tmp_path / "own.pem", tmp_path / "shared.pem"
    for path in (own, shared):
        trustme.CA().cert_pem.write_to_path(str(path))
    assert trusted_certificates(None) is None
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(shared))
    assert (trusted_certificates(own), trusted_certificates(None)) == (str(own), str(shared))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert trusted_certificates(Path("~/own.pem")) == str(own)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    assert trusted_certificates(None, is_needed=False) is None
    with pytest.raises(SettingsError, match=r"^REQUESTS_CA_BUNDLE names /nowhere\.pem, which is not there"):
        trusted_certificates(None)


def test_a_setting_that_names_no_certificates_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^ENVOY_CA_FILE names .*gone\.pem, which is not there"):
        trusted_certificates(tmp_path / "gone.pem", is_needed=False)


def test_a_proxy_counts_but_for_this_machine_and_for_what_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert proxy_to(FAR) is None
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert (proxy_to(FAR), proxy_to(NEAR)) == ("http://proxy.example:3128", None)
    monkeypatch.setenv("NO_PROXY", ".example")
    assert proxy_to(FAR) is None


@pytest.mark.parametrize(
    ("proxy", "what"),
    [
        ("socks5://127.0.0.1:1080", r"ALL_PROXY names a SOCKS proxy, socks5://127\.0\.0\.1:1080"),
        ("http://proxy:99999", "ALL_PROXY is no address of a proxy"),
    ],
)
def test_a_proxy_that_can_not_be_used_is_named(proxy: str, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(SettingsError, match=what):
        proxy_to(FAR)
    assert proxy_to(NEAR) is None


def test_who_named_a_proxy_or_that_none_is_needed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert who_named(FAR, proxy_to(FAR)) == "for no setting names a proxy"
    assert who_named(NEAR, proxy_to(NEAR)) == "for it is on this machine"
    monkeypatch.setenv("HTTP_PROXY", "http://other.example:3128")
    assert who_named(FAR, proxy_to(FAR)) == "for no setting names a proxy"
    monkeypatch.setenv("HTTPS_PROXY", " http://proxy.example:3128 ")
    assert who_named(FAR, proxy_to(FAR)) == "as HTTPS_PROXY says"
    monkeypatch.setenv("NO_PROXY", ".example")
    assert who_named(FAR, proxy_to(FAR)) == "for NO_PROXY says so"


def test_whom_this_machine_trusts_is_named_with_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.pem"
    trustme.CA().cert_pem.write_to_path(str(own))
    assert who_is_trusted(None) == "the public authorities"
    assert who_is_trusted(own) == f"those in {own} (ENVOY_CA_FILE)"
    monkeypatch.setenv("CURL_CA_BUNDLE", str(own))
    assert who_is_trusted(None) == f"those in {own} (CURL_CA_BUNDLE)"


def test_a_file_of_passwords_that_is_not_read_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NETRC", raising=False)
    assert password_file() is None
    (tmp_path / ".netrc").touch()
    assert password_file() == tmp_path / ".netrc"
    monkeypatch.setenv("NETRC", str(tmp_path / "elsewhere"))
    assert password_file() is None
