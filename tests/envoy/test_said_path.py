"""Paths as people write them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoy.errors import SettingsError
from envoy.said_path import said_path, unquoted

PATHS = st.from_regex(r"/?[a-z0-9._-]{1,8}(/[a-z0-9 ._-]{0,6}[a-z0-9]){0,3}", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("~", "/me"),
        ("~/tables", "/me/tables"),
        (" ~/tables ", "/me/tables"),
        ('"~/tables"', "/me/tables"),
        ("'/srv/our tables'", "/srv/our tables"),
        ("tables/~", "tables/~"),
        ("./~/tables", "~/tables"),
        ("/srv/tables/", "/srv/tables"),
    ],
)
def test_a_path_is_the_one_that_is_meant(monkeypatch: pytest.MonkeyPatch, text: str, path: str) -> None:
    monkeypatch.setenv("HOME", "/me")
    assert said_path(text) == Path(path)


def test_cmd_leaves_a_quote_behind_a_backslash_at_the_end() -> None:
    assert unquoted('D:\\our tables"') == "D:\\our tables"
    assert unquoted('a "b" c"') == 'a "b" c"', "quotes within are somebody's own"


@given(PATHS, st.sampled_from(["{}", " {}", "{} ", '"{}"', "'{}'", ' "{}" ']))
def test_blanks_and_quotes_around_a_path_do_not_count(path: str, form: str) -> None:
    assert said_path(form.format(path)) == Path(path)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ('""', "is empty"),
        ("D:\tables", "control character"),
        ("a\0b", "control character"),
        ("~nobody-of-that-name/x", "nobody here knows the home of nobody-of-that-name"),
    ],
)
def test_what_is_no_path_is_named(text: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence) as refused:
        said_path(text)
    assert refused.value.hint
