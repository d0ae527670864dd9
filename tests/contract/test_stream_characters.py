import codecs
import io
import os
import subprocess
import sys
from pathlib import Path

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


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "cp437"},
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    ],
    ids=str,
)
def test_a_real_process_prints_its_help_and_its_error(environment: dict[str, str]) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    for arguments, code in ((["--help"], 0), (["--out", "x", "größe…"], 4)):
        ended = subprocess.run(
            [sys.executable, "-m", "aggregation", *arguments],
            env=kept | environment,
            capture_output=True,
            cwd=Path(__file__).parents[2],
            check=False,
        )
        assert ended.returncode == code, ended.stderr
        assert b"Traceback" not in ended.stderr


def test_bytes_that_are_no_text_are_not_hidden() -> None:
    with pytest.raises(UnicodeDecodeError):
        codecs.decode(b"\xff", "utf-8", PLAINLY)
