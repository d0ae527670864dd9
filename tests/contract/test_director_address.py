"""Where a director is, as people write it, and where a token may travel."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.director_address import InvalidAddressError, address_moved_to, parse_address


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
    assert not parse_address(url).is_private


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("http://host ", "http://host"),
        (" https://host\n", "https://host"),
        ("\ufeffhttps://host\u200b", "https://host"),
        ("\u00a0https://host/\u2060", "https://host"),
        ("HTTP://host", "http://host"),
        ("HttpS://host//", "https://host"),
        ("https://spital-zürich.example:8080/", "https://spital-zürich.example:8080"),
        ("https://host.example.", "https://host.example."),
        ("https://my_host:1/a/b/", "https://my_host:1/a/b"),
    ],
)
def test_an_address_is_taken_as_people_paste_it(written: str, meant: str) -> None:
    assert parse_address(written).url == meant


@pytest.mark.parametrize(
    ("written", "why", "then"),
    [
        ("", "there is none", "https://director"),
        ("kutrrh.ke:8080", "does not begin with https://", "https://kutrrh.ke:8080"),
        ("localhost:8080", "does not begin with https://", "http://localhost:8080"),
        ("http:/host:1", "http is not followed by ://", "http://host:1"),
        ("http:host", "http is not followed by ://", "http://host"),
        ("https//host", "https is not followed by ://", "https://host"),
        ("http:\\\\host", "http is not followed by ://", "http://host"),
        ("http://host\\x", "backslash", "https://director"),
        ("http://127.0.0.1\\@director.example", "names a user", "https://director"),
        ("ftp://host", "ftp:// is not spoken", "https://"),
        ("hxxp://host", "hxxp:// is not spoken", "https://"),
        ("http://host:99999", "99999 is no port", "1 to 65535"),
        ("http://host:0", "0 is no port", "1 to 65535"),
        ("http://host:", "nothing is no port", "1 to 65535"),
        ("http://host:http", "http is no port", "1 to 65535"),
        ("http://host:\u0661", "is no port", "1 to 65535"),
        ("http://::1:8080", "several colons", "brackets"),
        ("http://[::g]", "is no IPv6 address", "https://[2001:db8::1]"),
        ("http://[::1", "can't be read", "https://director"),
        ("https://", "names no host", "https://director"),
        ("https:///x", "names no host", "https://director"),
        ("https://a..b", "a..b is no name of a host", "https://director"),
        ("https://-a", "-a is no name of a host", "https://director"),
        ("https://ho%20st", "is no name of a host", "https://director"),
        ("https://" + "a" * 64, "is no name of a host", "https://director"),
        ("https://" + "a." * 200, "is no name of a host", "https://director"),
        ("https://user@host", "names a user", "https://director"),
        ("https://host?x=1", "has a question mark", "https://director"),
        ("https://host#x", "has a #", "https://director"),
        ("https://ho st", "a space", "by hand"),
        ("https://ho\u200bst", "nobody sees (U+200B)", "by hand"),
        ("https://ho\u202est", "nobody sees (U+202E)", "by hand"),
        ("https://host/\nHost: other", "nobody sees (U+000A)", "by hand"),
        ("https://host/dashboard/", "page of a director", "before it: https://host"),
        ("https://host/fl/dashboard/hospitals", "page of a director", "before it: https://host/fl"),
        ("https://host:1/docs", "page of a director", "before it: https://host:1"),
        ("https://host/infer_global/batch/", "page of a director", "before it: https://host"),
    ],
)
def test_what_is_wrong_with_an_address_is_named_with_what_is_right(written: str, why: str, then: str) -> None:
    with pytest.raises(InvalidAddressError, match=r"is no address of a director: ") as refused:
        parse_address(written)
    assert why in refused.value.sentence
    assert then in refused.value.hint


@pytest.mark.parametrize(
    "written",
    [
        "https://me:secret@host",
        "me:secret@host",
        "http:/me:secret@host",
        "https://me:sec/ret:secret@host:1",
        "https://host/dashboard#secret",
        "https://host/?code=secret",
        "ftp://me:secret@host",
        "https://me:secret@host:99999",
    ],
)
def test_what_may_be_a_secret_in_an_address_is_not_shown(written: str) -> None:
    with pytest.raises(InvalidAddressError) as refused:
        parse_address(written)
    assert "secret" not in f"{refused.value.sentence} {refused.value.hint}"


@given(st.one_of(st.text(), st.from_regex(r"https?://[ -~]{0,40}", fullmatch=True)))
def test_any_text_is_an_address_or_refused_in_one_visible_line_and_what_is_one_stays_itself(text: str) -> None:
    try:
        found = parse_address(text)
    except InvalidAddressError as refused:
        said = f"{refused.sentence}{refused.hint}"
    else:
        said = ""
        assert parse_address(found.url) == found
        assert re.fullmatch(r"https?://[^\s/?#@\\]+(/[^\s?#@\\]*)?", found.url)
    assert not said or said.isprintable()


@pytest.mark.parametrize(
    ("asked", "path", "location", "moved"),
    [
        ("http://h:1", "/envoys/K?limit=1", "http://h:1/fl/envoys/K?limit=1", "http://h:1/fl"),
        ("http://h", "/join", "/fl/join", "http://h/fl"),
        ("http://h", "/join", "https://h/join/", "https://h"),
        ("http://h/a", "/join", "//other/join", "http://other"),
        ("http://h", "/join", "https://login.example/?next=/join", None),
        ("http://h", "/join", "https://me@other/join", None),
        ("http://h", "/join", "http://[/join", None),
        ("http://h", "/join", "", "http://h"),
        ("http://h", "/join", "\x1b[2J", None),
    ],
)
def test_where_a_director_has_moved_to_is_read_from_where_it_sends(
    asked: str, path: str, location: str, moved: str | None
) -> None:
    assert address_moved_to(asked, path, location) == moved
