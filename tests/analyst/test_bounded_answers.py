"""What a director sends takes neither this machine's memory nor its time, and its texts act on no terminal."""

import gzip
import json
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from analyst.bounded_answers import AnswerRefused, DirectSession, harmless, read_body
from tests.envoy.raw_server import raw_server, saying

MAX_BYTES = 100_000
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
BOMB = gzip.compress(bytes(50_000_000))


def ask(url: str, grace_seconds: float = 30) -> bytes:
    answer = DirectSession().get(url, stream=True, timeout=5, allow_redirects=False)
    return read_body(answer, MAX_BYTES, grace_seconds)


@pytest.mark.parametrize(
    "answer",
    [
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
        saying(b"HTTP/1.1 200 OK\r\n\r\nhello"),
        saying(CHUNKED, b"2\r\nhe\r\n", b"3\r\nllo\r\n", b"0\r\n\r\n"),
    ],
    ids=["counted", "until the end", "chunked"],
)
def test_an_answer_within_its_bounds_is_read_whole(answer: Callable[..., None]) -> None:
    with raw_server(answer) as server:
        assert ask(server.url) == b"hello"
    assert b"Accept-Encoding: identity" in server.heads[0]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (saying(b"HTTP/1.1 200 OK\r\nContent-Length: 3221225472\r\n\r\n", bytes(65536), for_ever=True), "more than"),
        (saying(b"HTTP/1.1 200 OK\r\n\r\n", bytes(65536), for_ever=True), "more than 100,000 bytes"),
        (saying(CHUNKED, b"10000\r\n" + bytes(65536) + b"\r\n", for_ever=True), "more than 100,000 bytes"),
        (saying(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + BOMB), "compressed"),
        (saying(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Encoding: gzip\r\n\r\n" + BOMB), "compressed"),
    ],
    ids=["3 GiB", "no end", "chunks", "gzip bomb", "gzip bomb in a redirect"],
)
def test_an_answer_beyond_its_bounds_takes_little_memory(answer: Callable[..., None], why: str) -> None:
    tracemalloc.start()
    try:
        with raw_server(answer) as server, pytest.raises(AnswerRefused, match=why):
            ask(server.url)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_a_trickle_is_not_waited_for() -> None:
    trickle = saying(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"x", every_seconds=0.05, for_ever=True)
    with raw_server(trickle) as server, pytest.raises(AnswerRefused, match="slower than 1000 bytes"):
        ask(server.url, grace_seconds=0.3)


def test_texts_of_an_answer_act_on_no_terminal_and_its_numbers_are_the_same() -> None:
    said = {"a\x1b[2J": ["\x07", {"b": "é\u202e"}], "c": 0.1, "d": None, "e": True}
    assert json.loads(harmless(json.dumps(said).encode())) == {
        r"a\x1b[2J": [r"\x07", {"b": r"é\u202e"}], "c": 0.1, "d": None, "e": True,
    }  # fmt: skip
    raw = b'{"a": "\x7f"}'
    assert from_json(harmless(raw)) == {"a": r"\x7f"}


JSON = st.recursive(
    st.none() | st.text() | st.integers(-(2**53), 2**53),
    lambda each: st.lists(each) | st.dictionaries(st.text(), each),
)


@given(JSON)
def test_nothing_unseen_is_left_in_any_answer(value: object) -> None:
    assert all(text.isprintable() for text in texts_of(from_json(harmless(json.dumps(value).encode()))))


def texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from texts_of(each)
    elif isinstance(value, dict):
        yield from texts_of([*value, *value.values()])
