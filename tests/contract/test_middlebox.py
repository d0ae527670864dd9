"""What is no director's answer, and what it means; with real servers in tests/envoy/test_unanswered.py."""

import pytest

from contract.middlebox import is_page, words_of_a_redirect, words_of_another


@pytest.mark.parametrize(
    ("content_type", "body", "is_one"),
    [
        ("text/html", b"", True),
        ("Text/HTML; charset=utf-8", b"", True),
        ("application/json", b"{}", False),
        (None, b"\n <!DOCTYPE html>", True),
        (None, b"\xef\xbb\xbf<html>", True),
        (None, b"[1]", False),
        (None, b"", False),
    ],
)
def test_a_page_is_known_by_its_type_or_its_beginning(content_type: str | None, body: bytes, is_one: bool) -> None:
    assert is_page(content_type, body) == is_one


@pytest.mark.parametrize("status", [*range(400, 600, 7), 407, 413, 511])
def test_every_status_of_another_has_a_sentence_and_a_hint(status: int) -> None:
    sentence, hint = words_of_another("https://d.example", status)
    assert sentence == f"Something before the director (a proxy?) answered {status} at https://d.example."
    assert "new token" not in hint
    assert hint.endswith((".", ";"))


@pytest.mark.parametrize(
    "body",
    [
        b"<title>400 The plain HTTP request was sent to HTTPS port</title>",
        b"Client sent an HTTP request to an HTTPS server.\n",
        b"You're speaking plain HTTP to an SSL-enabled server port.",
    ],
)
def test_a_server_that_was_asked_without_tls_says_so_in_its_own_words(body: bytes) -> None:
    assert "speaks TLS there" in words_of_another("http://d.example", 400, body)[0]


def test_a_redirect_names_the_address_or_what_it_points_to() -> None:
    sentence, hint = words_of_a_redirect("http://d", "/join", "/fl/join", "use that address: {}")
    assert "sends us on to http://d/fl, and" in sentence
    assert hint.endswith("use that address: http://d/fl")
    sentence, hint = words_of_a_redirect("http://d", "/join", "https://login.example/{}\x1b", "use: {}")
    assert "https://login.example/{}\\x1b" in sentence
    assert "sign-in page" in hint
