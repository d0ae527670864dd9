"""The cookie of a session and what goes with it: derived, bound, never of another site."""

from hypothesis import example, given
from hypothesis import strategies as st
from starlette.requests import Request

from director.api.cookies import csrf_token_of, require_own_page, secret_in
from director.errors import CrossSiteError


def asked(*headers: tuple[str, str], scheme: str = "http") -> Request:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    return Request({"type": "http", "method": "GET", "scheme": scheme, "path": "/", "headers": raw})


def is_own(*headers: tuple[str, str], scheme: str = "http") -> bool:
    try:
        require_own_page(asked(*headers, scheme=scheme))
    except CrossSiteError:
        return False
    return True


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_csrf_token_is_of_one_secret_and_does_not_say_it(one: str, other: str) -> None:
    assert (csrf_token_of(one) == csrf_token_of(other)) == (one == other)
    assert len(csrf_token_of(one)) == 64


def test_a_secret_is_read_from_the_cookie_of_this_scheme_alone() -> None:
    both = ("Cookie", "theme=dark; fld_session=clear; __Host-fld_session=sealed")
    assert secret_in(asked(both)) == "clear"
    assert secret_in(asked(both, scheme="https")) == "sealed"
    assert secret_in(asked(("Cookie", "fld_session="))) is None
    assert secret_in(asked()) is None


@given(
    st.text(st.characters(max_codepoint=255, exclude_characters=";= \t"), max_size=3),
    st.text(st.characters(max_codepoint=255, exclude_characters=";= \t"), max_size=3),
)
@example("\xa0", "")
@example("", "\x85")
def test_a_cookie_that_is_called_nearly_so_is_another_one(before: str, after: str) -> None:
    tossed = ("Cookie", f"theme=dark; {before}__Host-fld_session{after}=another")
    assert secret_in(asked(tossed, scheme="https")) == ("another" if before == after == "" else None)
    beside = ("Cookie", f"__Host-fld_session=own; {before}__Host-fld_session{after}=own")
    assert secret_in(asked(beside, scheme="https")) == "own"


def test_of_two_cookies_that_differ_none_counts() -> None:
    assert secret_in(asked(("Cookie", "fld_session=own; fld_session=another"))) is None
    assert secret_in(asked(("Cookie", "fld_session=own"), ("Cookie", "fld_session=another"))) is None
    assert secret_in(asked(("Cookie", "fld_session=own"), ("Cookie", "\tfld_session=own "))) == "own"


@given(st.text(st.characters(min_codepoint=32, max_codepoint=255)))
def test_no_other_origin_is_the_directors_own(origin: str) -> None:
    is_named_so = origin.lower().endswith("//fl.kutrrh.ke")
    assert not is_own(("Host", "fl.kutrrh.ke"), ("Origin", origin)) or is_named_so


def test_its_own_origin_is_its_host() -> None:
    host = ("Host", "127.0.0.1:8080")
    assert is_own(host)
    assert is_own(host, ("Origin", "http://127.0.0.1:8080"))
    assert is_own(host, ("Origin", "https://127.0.0.1:8080"))  # behind a proxy whose word is not taken
    assert not is_own(host, ("Origin", "http://127.0.0.1:8080"), scheme="https")
    assert not is_own(host, ("Origin", "http://127.0.0.1"))
    for site in ("cross-site", "same-site", "Cross-Site"):
        assert not is_own(host, ("Sec-Fetch-Site", site))
    for site in ("same-origin", "none"):
        assert is_own(host, ("Sec-Fetch-Site", site))
