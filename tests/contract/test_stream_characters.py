import codecs
import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.stream_characters import PLAINLY, as_taken, fit_stream, fit_streams
from tests.streams import ENCODINGS, Stream


@given(st.text(), st.sampled_from(ENCODINGS))
def test_every_text_becomes_one_that_the_encoding_holds(text: str, encoding: str) -> None:
    taken = as_taken(text, encoding)
    assert taken.encode(encoding).decode(encoding) == taken
    assert as_taken(taken, encoding) == taken


@given(st.text(st.characters(max_codepoint=127)), st.sampled_from(ENCODINGS))
def test_what_the_encoding_holds_stays(text: str, encoding: str) -> None:
    assert as_taken(text, encoding) == text
    assert as_taken(f"{text}é", "latin-1") == f"{text}é"


def test_our_own_signs_are_spelled_plainly_and_all_else_stands_as_its_escape() -> None:
    assert as_taken("clip+… → 9 × 日", "ascii") == "clip+... -> 9 x \\u65e5"
    assert as_taken("9 × …", "latin-1") == "9 × ..."


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_stream_that_was_fitted_takes_any_text(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = Stream(encoding), Stream(encoding)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    fit_streams()
    for stream in (out, err):
        stream.write("… 日 \udcff")
        assert stream.written().endswith("\\udcff")


def test_what_is_no_stream_with_an_encoding_is_left_alone() -> None:
    fit_stream(None)
    fit_stream(io.StringIO())


def test_bytes_that_are_no_text_are_not_hidden() -> None:
    with pytest.raises(UnicodeDecodeError):
        codecs.decode(b"\xff", "utf-8", PLAINLY)
