"""Where a token may travel."""

import pytest

from contract.director_address import parse_address


@pytest.mark.parametrize(
    "url",
    [
        "https://director.example.org",
        "https://director.example.org:8080/federation/",
        "https://203.0.113.4",
        "http://127.0.0.1:8080",
        "http://127.8.9.1",
        "http://[::1]:8080",
        "http://localhost",
        "http://LOCALHOST:8080/",
    ],
)
def test_encrypted_or_on_this_machine_is_private(url: str) -> None:
    found = parse_address(url)
    assert found is not None
    assert (found.is_private, found.url) == (True, url.rstrip("/"))


@pytest.mark.parametrize(
    "url",
    [
        "http://director.example.org:8080",
        "http://192.168.1.5",
        "http://127.1",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "http://[::ffff:203.0.113.4]",
        "http://2130706433",
    ],
)
def test_unencrypted_to_another_machine_is_not(url: str) -> None:
    found = parse_address(url)
    assert found is not None
    assert not found.is_private


@pytest.mark.parametrize(
    "url",
    [
        "director.example",
        "ftp://director.example",
        "",
        "https://",
        "https://user@director.example",
        "https://user:secret@director.example",
        "http://127.0.0.1\\@director.example",
        "http://127.0.0.1#@director.example",
        "https://director.example?x=",
        "https://director.example:99999",
        "https://director.example/\nHost: other",
        " https://director.example",
    ],
)
def test_what_two_readers_could_read_differently_is_no_address(url: str) -> None:
    assert parse_address(url) is None
