"""Where and how the director listens: TLS of its own, loopback, proxies that are trusted."""

import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from pydantic import ValidationError

from director.settings import DirectorSettings
from tests.certificates import write_certificates
from tests.real_processes import RealDirector, RealEnvoy


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def tls_director(tmp_path_factory: pytest.TempPathFactory, certificates: Path) -> Iterator[RealDirector]:
    """A director that others can reach, which with TLS takes no more words."""
    folder = tmp_path_factory.mktemp("tls") / "director"
    files = ("--tls-cert", str(certificates / "director.pem"), "--tls-key", str(certificates / "director.key"))
    director = RealDirector(folder, options=(*files, "--host", "0.0.0.0"), ca_file=certificates / "authority.pem")
    director.start()
    yield director
    director.stop()


def test_an_envoy_joins_and_trains_over_tls_and_trusts_no_other_certificate(
    tls_director: RealDirector, certificates: Path, tables: dict[str, Path], tmp_path: Path
):
    code = tls_director.json("envoy", "add", "MTRH")["code"]
    join = ("join", "--director", tls_director.url, "--code", code)
    began = time.monotonic()
    wary = RealEnvoy(tmp_path / "wary", tables["MTRH"]).run(*join, check=False)
    assert wary.returncode == 3
    assert "certificate that is not trusted" in wary.stderr
    assert time.monotonic() - began < 15  # trying again, as over a bad link, would take a minute
    environment = {
        "ENVOY_CA_FILE": str(certificates / "authority.pem"),
        "REQUESTS_CA_BUNDLE": str(certificates / "other.pem"),  # the hospital's own for other programs
    }
    envoy = RealEnvoy(tmp_path / "mtrh", tables["MTRH"], environment)
    envoy.run(*join)
    assert envoy.json("train")["submission"]["verdict"] == "admitted"
    in_clear = f"http://127.0.0.1:{tls_director.port}/health/live"
    with pytest.raises(requests.ConnectionError):
        requests.get(in_clear, timeout=5)


def test_tls_older_than_1_2_is_refused(tls_director: RealDirector, certificates: Path):
    def handshake(version: ssl.TLSVersion) -> str | None:
        context = ssl.create_default_context(cafile=certificates / "authority.pem")
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # so that this side would take it
        context.minimum_version = context.maximum_version = version
        with (
            socket.create_connection(("127.0.0.1", tls_director.port), timeout=5) as connection,
            context.wrap_socket(connection, server_hostname="127.0.0.1") as secured,
        ):
            return secured.version()

    assert handshake(ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    assert handshake(ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
    with pytest.warns(DeprecationWarning, match="TLSv1_1"), pytest.raises(ssl.SSLError) as refused:
        handshake(ssl.TLSVersion.TLSv1_1)
    # the other side's answer, or its silence: this side would have gone on
    assert refused.value.reason in ("TLSV1_ALERT_PROTOCOL_VERSION", "UNEXPECTED_EOF_WHILE_READING")


def test_a_certificate_that_does_not_do_is_one_clear_line_and_nothing_is_made(tmp_path: Path, certificates: Path):
    environment = {
        "DIRECTOR_TLS_CERT": str(certificates / "director.pem"),
        "DIRECTOR_TLS_KEY": str(certificates / "other.key"),
    }
    director = RealDirector(tmp_path / "director", environment)
    refused = director.run("serve", "--new", check=False)
    assert refused.returncode == 2
    assert "are not of each other" in refused.stderr
    assert len(refused.stderr.splitlines()) == 3  # the data folder, the sentence, and what to do
    assert not director.folder.exists()


@pytest.mark.parametrize(
    ("arguments", "environment"), [(["--host", ""], {}), ([], {"DIRECTOR_HOST": "::"})], ids=["option", "setting"]
)
def test_a_public_address_without_tls_is_refused_and_nothing_is_made(tmp_path: Path, arguments, environment):
    director = RealDirector(tmp_path / "director", environment)
    refused = director.run("serve", "--new", "--port", str(director.port), *arguments, check=False)
    assert refused.returncode == 2
    assert "travel in clear" in refused.stderr
    assert "--insecure-http" in refused.stderr
    assert not director.folder.exists()


def test_whoever_says_so_may_serve_a_public_address_in_clear(tmp_path: Path):
    director = RealDirector(tmp_path / "director", {"DIRECTOR_HOST": "0.0.0.0", "DIRECTOR_INSECURE_HTTP": "1"})
    director.start()  # until it is ready
    director.stop()


def test_a_proxys_word_on_addresses_is_taken_where_it_is_trusted_and_nowhere_else(tmp_path: Path):
    director = RealDirector(
        tmp_path / "director",
        {"DIRECTOR_GUESSES_PER_MINUTE": "1"},
        options=("--host", "0.0.0.0", "--insecure-http"),  # a proxy is seldom on the same machine
    )

    def guess_from(address: str) -> int:
        headers = {"Authorization": "Bearer fld_wrong", "X-Forwarded-For": address}
        return requests.get(f"{director.url}/tasks", headers=headers, timeout=5).status_code

    try:
        director.start()
        assert [guess_from(f"192.0.2.{number}") for number in (1, 2)] == [401, 429]
        director.stop()
        director.environment = {**director.environment, "DIRECTOR_TRUSTED_PROXIES": '["127.0.0.0/8"]'}
        director.start()
        assert [guess_from(f"192.0.2.{number}") for number in (1, 1, 2)] == [401, 429, 401]
        assert guess_from("192.0.2.9, 192.0.2.2") == 429  # what a sender itself writes stands left of the proxy's word
    finally:
        director.stop()


@pytest.mark.parametrize("proxy", ["0.0.0.0/0", "::/0", "*", "proxy.example", "10.0.0.1/8", ""])
def test_only_addresses_and_networks_can_be_trusted_and_never_everybody(proxy: str):
    with pytest.raises(ValidationError):
        DirectorSettings(trusted_proxies=(proxy,))
