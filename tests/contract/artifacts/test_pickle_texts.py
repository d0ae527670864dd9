"""Texts and the first class are found in a pickle without reading it."""

import collections
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.artifacts.pickle_texts import root_of, texts_in
from contract.artifacts.symbolic_pickle import Symbol


@given(st.sets(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60), max_size=8))
def test_every_short_text_is_found(texts: set[str]):
    found = texts_in(pickle.dumps(dict.fromkeys(texts, 1), 2))
    assert {text for text in texts if len(text.encode()) <= 256} <= found


@given(st.binary(max_size=300))
def test_any_bytes_give_texts_and_perhaps_a_class(data: bytes):
    assert all(isinstance(text, str) for text in texts_in(data))
    root_of(data)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_the_first_class_is_found(protocol: int):
    assert root_of(pickle.dumps(collections.Counter(), protocol)) == Symbol("collections", "Counter")
    assert root_of(pickle.dumps({"a": 1}, protocol)) is None
