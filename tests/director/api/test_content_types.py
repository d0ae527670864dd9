"""What a body says that it is."""

import pytest
from starlette.requests import Request

from director.api.content_types import content_type, is_json, refused_type, require_charset, require_not_encoded
from director.errors import UnsupportedMediaTypeError


def request(said: str) -> Request:
    return Request({"type": "http", "headers": [(b"content-type", said.encode())] if said else []})


@pytest.mark.parametrize(
    ("said", "kind", "json"),
    [
        ("text/csv; charset=utf-8", "text/csv", False),
        ("Text/CSV", "text/csv", False),
        ("application/json; charset=utf-8", "application/json", True),
        ("application/geo+json", "application/geo+json", True),
        ("", "", False),
        ("\"'();:", "\"'();:", False),
    ],
)
def test_a_type_is_read_without_its_parameters(said: str, kind: str, json: bool):
    assert (content_type(request(said)), is_json(kind)) == (kind, json)


@pytest.mark.parametrize("charset", ["latin-1", "iso-8859-1", "windows-1252", "utf-32", "no-such"])
def test_another_encoding_is_named(charset: str):
    with pytest.raises(UnsupportedMediaTypeError, match=charset):
        require_charset(request(f"text/csv; charset={charset}"))


@pytest.mark.parametrize("said", ["text/csv", "text/csv; charset=UTF-8", 'text/csv;charset="utf-16"'])
def test_what_is_read_passes(said: str):
    require_charset(request(said))


def test_a_compressed_body_is_refused_and_one_that_is_as_it_is_passes():
    require_not_encoded([(b"content-encoding", b"identity"), (b"accept-encoding", b"gzip")])
    for value in (b"gzip", b"br", b"gzip, identity"):
        with pytest.raises(UnsupportedMediaTypeError, match="compressed"):
            require_not_encoded([(b"content-encoding", value)])


def test_a_type_of_an_attackers_is_shown_in_ascii_and_short():
    error = refused_type(request("a/\x1b[31m" + "b" * 300), "application/json")
    assert error.sentence.isascii()
    assert "\x1b" not in error.sentence
    assert len(error.sentence) < 200
