"""A large batch in pieces: together they say what the whole said, and what can't be cut is refused unread."""

import io
import json
import tempfile
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.messages.inference import BatchInferenceRequest
from director.api import pieces
from director.api.pieces import in_pieces
from director.errors import InvalidRequestError

ABOUT = {"task": "diagnosis_count", "envoy_name": "KUTRRH", "probabilities": False}
NAMES = st.sampled_from(["age", "a b", 'a"b', "a\\", "{", "}", "[", "]", ",", "},{", "größe", "\x1b", "\U0001f600", ""])
VALUES = st.one_of(st.integers(-5, 10**20), st.floats(allow_nan=False, allow_infinity=False), st.none(), NAMES)
ROWS = st.lists(st.dictionaries(NAMES, VALUES, max_size=4), min_size=1, max_size=12)


def cut(body: bytes, *, block_bytes: int = 40, whole_bytes: int = 30) -> list[bytes]:
    """Cut a body that counts as large."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pieces, "_BLOCK_BYTES", block_bytes)
        patched.setattr(pieces, "WHOLE_BYTES", whole_bytes)
        return list(in_pieces(io.BytesIO(body)))


def written(fields: Mapping[str, Any], order: list[str], spaces: str, ascii_alone: bool) -> bytes:
    separators = (f"{spaces},{spaces}", f"{spaces}:{spaces}")
    text = json.dumps({name: fields[name] for name in order}, separators=separators, ensure_ascii=ascii_alone)
    return f"{spaces}{text}{spaces}".encode()


@given(
    ROWS,
    st.permutations(["inputs", *ABOUT]),
    st.sampled_from(["", " ", "\n", "\t\r\n "]),
    st.booleans(),
    st.integers(1, 60),
)
def test_together_the_pieces_say_what_the_whole_says(
    rows: list[dict[str, Any]], order: list[str], spaces: str, ascii_alone: bool, block_bytes: int
) -> None:
    body = written({**ABOUT, "inputs": rows}, order, spaces, ascii_alone)
    whole = BatchInferenceRequest.model_validate_json(body)
    cut_up = cut(body, block_bytes=block_bytes, whole_bytes=len(body) - 1)
    found = [BatchInferenceRequest.model_validate_json(piece) for piece in cut_up]
    assert [row for piece in found for row in piece.inputs] == whole.inputs
    for piece in found:
        assert piece.model_copy(update={"inputs": whole.inputs}) == whole


def test_a_large_body_is_cut_into_many_and_a_small_one_not_at_all() -> None:
    body = json.dumps({**ABOUT, "inputs": [{"age": each} for each in range(50_000)]}).encode()
    assert len(body) > pieces.WHOLE_BYTES
    found = list(in_pieces(io.BytesIO(body)))
    assert len(found) > 5
    assert max(map(len, found)) <= 2 * pieces._BLOCK_BYTES
    for small in (b"", b"{", b"[]", body[: pieces.WHOLE_BYTES]):
        assert list(in_pieces(io.BytesIO(small))) == [small]


ROW = b'{"a":1}'
MANY = b",".join([ROW] * 20)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" * 200, id="brackets"),
        pytest.param(b'{"inputs":[' + b"[],[]," * 40 + b"[]]}", id="lists for rows"),
        pytest.param(b'{"inputs":[' + MANY + b',{"a":[1]},' + MANY + b"]}", id="a list in a row"),
        pytest.param(b'{"inputs":[' + MANY + b',{"a":{}},' + MANY + b"]}", id="an object in a row"),
        pytest.param(b'{"inputs":[' + MANY + b',{"a":[1]}]}', id="a list in the last row"),
        pytest.param(b'{"inputs":[' + MANY + b",7," + MANY + b"]}", id="a number for a row"),
        pytest.param(b'{"inputs":[' + MANY + b",]}", id="a comma too many"),
        pytest.param(b'{"inputs":[' + MANY + b",," + MANY + b"]}", id="two commas"),
        pytest.param(b'{"inputs":[' + MANY + MANY + b"]}", id="no comma"),
        pytest.param(b'{"inputs":[' + MANY, id="no end"),
        pytest.param(b'{"inputs":[' + MANY + b"]", id="half an end"),
        pytest.param(b'{"inputs":[' + MANY + b"]} {}", id="more behind the end"),
        pytest.param(b'{"inputs":[' + b" " * 200 + b"]}", id="spaces"),
        pytest.param(b'{"inputs":[' + MANY + b',{"a' + b"a" * 200 + b'":1}, {"b":1}]}', id="a row that is too long"),
        pytest.param(b'{"inputs":[' + MANY + b',{"' + b"a" * 200 + b"]}", id="a text without an end"),
        pytest.param(b'{"inputs":[' + MANY + b'],"more":[' + MANY + b"]}", id="a list beside the rows"),
        pytest.param(b'{"inputs":[' + MANY + b'],"inputs":[' + MANY + b"]}", id="the rows twice"),
        pytest.param(b'{"more":{"inputs":[' + MANY + b"]}}", id="the rows further inside"),
        pytest.param(b'{"more":[' + MANY + b'],"inputs":[]}', id="a list before the rows"),
        pytest.param(b'{"task":"' + b"a" * 5000 + b'","inputs":[' + MANY + b"]}", id="a field that is too long"),
    ],
)
def test_what_can_not_be_cut_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequestError):
        cut(body, whole_bytes=100)


@given(st.lists(st.sampled_from([*b'{}[]",:\\ \n1ae', *b'"inputs"']), min_size=31).map(bytes) | st.binary(min_size=31))
def test_nothing_comes_out_of_garbage_that_the_form_would_not_see(body: bytes) -> None:
    for data in (body, b'{"inputs":[' + body, b'{"inputs":[' + MANY + b"," + body + b"]}"):
        try:
            found = cut(data)
        except InvalidRequestError:
            continue
        rows: list[object] = []
        try:
            for piece in found:
                rows += json.loads(piece)["inputs"]
        except ValueError:
            continue
        assert json.loads(data)["inputs"] == rows


def test_a_file_stays_its_owners_and_open() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b'{"inputs":[]}')
        assert list(in_pieces(file)) == [b'{"inputs":[]}']
        assert not file.closed
