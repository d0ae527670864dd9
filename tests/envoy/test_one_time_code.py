"""The one-time code, from a file or standard input, however an editor saved it."""

import codecs
import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envoy.errors import SettingsError
from envoy.one_time_code import MAX_CODE_BYTES, given_code

CODE = "join_Zm9v-YmFy_MTIz"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("codes")


@settings(max_examples=60)
@given(
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    before=st.text(" \t\r\n", max_size=3),
    after=st.text(" \t\r\n", max_size=3),
    is_json=st.booleans(),
)
def test_it_is_read_in_any_encoding_and_between_any_blanks(
    folder: Path, encoding: str, before: str, after: str, is_json: bool
) -> None:
    said = {"envoy_name": "KNH", "code": CODE, "expires_at": "2026-04-01T00:00:00Z", "of_later": 1}
    text = json.dumps(said) if is_json else CODE
    (folder / "code").write_bytes((before + text + after).encode(encoding))
    assert given_code(None, folder / "code") == CODE


def test_utf_16_of_the_other_order_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "code").write_bytes(codecs.BOM_UTF16_BE + f"{CODE}\r\n".encode("utf-16-be"))
    assert given_code(None, tmp_path / "code") == CODE


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{CODE}\n".encode("utf-8-sig"))))
    assert given_code(None, Path("-")) == CODE


def test_the_option_alone_is_taken_as_it_is() -> None:
    assert given_code(CODE, None) == CODE


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "holds no code"),
        (b" \r\n", "holds no code"),
        (b"join_a join_b", "holds more than one code"),
        (b"x" * 201, "holds more than one code"),
        (b"x" * (MAX_CODE_BYTES + 1), "is larger than"),
        (b"\xff\xfe\x00", "is not text in UTF-16"),
        (b"\x80", "is not text in UTF-8"),
        (b'{"envoy_name": "KNH"}', "holds no code"),
    ],
)
def test_what_is_no_code_is_named(tmp_path: Path, data: bytes, sentence: str) -> None:
    (tmp_path / "code").write_bytes(data)
    with pytest.raises(SettingsError, match=sentence) as refused:
        given_code(None, tmp_path / "code")
    assert CODE not in refused.value.sentence


@pytest.mark.parametrize("place", ["nowhere", "."])
def test_a_file_that_is_not_there_or_is_none_is_named(tmp_path: Path, place: str) -> None:
    with pytest.raises(SettingsError):
        given_code(None, tmp_path / place)


def test_neither_option_and_both_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="takes the one-time code"):
        given_code(None, None)
    with pytest.raises(SettingsError, match="given twice"):
        given_code(CODE, tmp_path)


def test_too_much_on_standard_input_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = io.BytesIO(b"x" * (MAX_CODE_BYTES * 3))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(endless))
    with pytest.raises(SettingsError, match="Standard input holds more than"):
        given_code(None, Path("-"))
    assert endless.tell() == MAX_CODE_BYTES + 1
