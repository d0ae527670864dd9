"""JSON over HTTP: marks and encodings change nothing, and nothing is named twice."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from director.errors import InvalidRequestError, MalformedRequestError
from director.json_text import plain_json, read_json, require_names_once

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def names_in(value: object) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(names_in, value.values()))
    return sum(map(names_in, value)) if isinstance(value, list) else 0


@given(values, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_json_is_the_same_in_every_encoding(value: object, encoding: str):
    data = json.dumps(value).encode(encoding)
    assert json.loads(plain_json(data)) == read_json(data) == value


@given(values)
def test_what_names_everything_once_is_taken_whatever_colons_its_texts_hold(value: object):
    require_names_once(json.dumps(value).encode(), names_in(value))
    require_names_once(json.dumps(value).encode(), -1)


@pytest.mark.parametrize("data", [b'{"a":1,"a":1}', b'[{"b":{"a" : 1, "\\u0061":":"}}]'])
def test_what_is_named_twice_is_refused_by_every_reader(data: bytes):
    for read in (read_json, lambda found: require_names_once(found, names_in(json.loads(found)))):
        with pytest.raises(InvalidRequestError, match="a is named twice"):
            read(data)


def test_what_only_begins_like_an_encoding_is_named():
    with pytest.raises(MalformedRequestError, match="UTF-16"):
        plain_json(b"\xff\xfe{")
