"""Paths as people write them, and a TOML file however it was saved."""

import getpass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from director.errors import SettingsError
from director.records.given_files import given_path, told_in

SAID = 'banner = "Übung"\nport = 9000\n'


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_a_path_below_a_root_is_taken_as_it_is(name: str) -> None:
    assert given_path(f"/srv/{name}") == Path(f"/srv/{name}")


@pytest.mark.parametrize("text", ["~", "~/a b", "~user", "~user/a%20b"])
def test_a_home_is_found(text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    home = Path(f"~{getpass.getuser()}").expanduser() if "user" in text else tmp_path
    assert given_path(text.replace("~user", f"~{getpass.getuser()}")) == home / text.partition("/")[2]


@pytest.mark.parametrize(
    ("text", "why"), [("~nobody-of-that-name/x", "no home ~nobody-of-that-name;"), ("a\0b", "NUL")]
)
def test_what_is_no_path_is_named(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        given_path(text)


def test_a_folder_that_is_called_like_a_home_can_be_named() -> None:
    assert given_path("./~") == Path("./~")
    assert given_path("a/~") == Path("a/~")


@pytest.mark.parametrize("text", ['"/srv/a b"', "'/srv/a b'"])
def test_quotes_around_a_path_are_none_of_it(text: str) -> None:
    assert given_path(text) == Path("/srv/a b")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_file_is_read_however_it_was_saved(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "director.toml").write_bytes(SAID.replace("\n", "\r\n").encode(encoding))
    assert told_in(tmp_path / "director.toml") == {"banner": "Übung", "port": 9000}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (SAID.encode("latin-1"), "director.toml is not text in UTF-8: byte 11"),
        (b"port = = 9000", "director.toml can't be read"),
        (b'data_dir = "C:\\srv"', "director.toml can't be read"),
        (b"#" * (1 << 20) + b"#", "director.toml is larger than"),
        (None, "director.toml is a folder"),
    ],
    ids=["latin-1", "syntax", "backslashes", "large", "folder"],
)
def test_what_can_not_be_read_is_named(data: bytes | None, why: str, tmp_path: Path) -> None:
    file = tmp_path / "director.toml"
    file.mkdir() if data is None else file.write_bytes(data)
    with pytest.raises(SettingsError, match=why) as refused:
        told_in(file)
    assert refused.value.hint


def test_a_file_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert told_in(tmp_path / "director.toml") == {}
