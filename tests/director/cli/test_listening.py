"""Where the director may listen, and with which certificate."""

import errno
import socket
from pathlib import Path

import pytest

from director.cli.listening import certificate_of, refused_address, require_free, require_private
from director.errors import UsageError
from tests.certificates import write_certificates


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize(
    ("chain", "key", "sentence"),
    [
        ("nowhere.pem", "director.key", "certificate .*nowhere.pem can't be read: No such file"),
        ("director.pem", "nowhere.key", "key .*nowhere.key can't be read: No such file"),
        ("director.pem", None, "only one of them is given"),
        (None, "director.key", "only one of them is given"),
        ("director.pem", "other.key", "are not of each other"),
        ("nonsense.pem", "director.key", "are not a PEM certificate and its PEM key"),
        ("director.pem", "nonsense.pem", "are not a PEM certificate and its PEM key"),
        ("director.pem", "encrypted.key", "are not a PEM certificate and its PEM key"),
    ],
)
def test_files_that_are_no_certificate_and_its_key_are_named(
    certificates: Path, chain: str | None, key: str | None, sentence: str
):
    with pytest.raises(UsageError, match=sentence):
        certificate_of(*(certificates / name if name else None for name in (chain, key)))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.1", "2001:db8::1", "::ffff:127.0.0.1", "no.such.host."])
def test_what_others_can_reach_or_nobody_knows_is_not_private(host: str):
    with pytest.raises(UsageError):
        require_private(host, 8080)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_is_private(host: str):
    require_private(host, 8080)


def test_a_name_is_judged_by_all_its_addresses(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 8080)) for each in ("127.0.0.1", "192.0.2.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(UsageError, match="director can be reached by others"):
        require_private("director", 8080)


def test_a_certificate_and_its_key_are_given_as_they_are(certificates: Path) -> None:
    found = certificate_of(certificates / "director.pem", certificates / "director.key")
    assert found is not None
    assert (found.chain.name, found.key.name) == ("director.pem", "director.key")
    assert certificate_of(None, None) is None


def test_an_address_is_free_until_somebody_listens_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"127.0.0.1:{port} can't be listened on"):
            require_free("127.0.0.1", port)
    require_free("127.0.0.1", port)
    with pytest.raises(UsageError, match=r"192\.0\.2\.1:8080 can't be listened on"):
        require_free("192.0.2.1", 8080)


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.EACCES, "Ports below 1024"),
        (errno.EADDRNOTAVAIL, "of this machine"),
        (errno.EADDRINUSE, "another --port"),
        (errno.ENOBUFS, "another --port"),
    ],
)
def test_each_reason_has_its_remedy(number: int, hint: str) -> None:
    refused = refused_address("127.0.0.1", 80, OSError(number, "said twice (while attempting to bind)"))
    assert "while attempting" not in refused.sentence
    assert hint in refused.hint
