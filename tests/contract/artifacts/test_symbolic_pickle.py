"""Trees of symbols: what is written is read back, in both protocols, and Python's own pickle reads the same."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.artifacts.symbolic_pickle import COMMON_OPCODES, Dialect, Symbol, decode, encode

TYPE = Symbol("builtins", "complex")
DIALECT = Dialect(
    protocols=frozenset({2, 4}),
    opcodes=COMMON_OPCODES | {"GLOBAL", "STACK_GLOBAL"},
    symbols={TYPE: frozenset({"REDUCE"})},
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4).map(tuple) | st.dictionaries(TEXTS, inner, max_size=4)
)


@given(TREES, st.sampled_from([2, 4]))
def test_a_tree_is_read_back_and_means_what_pickle_reads(tree: object, protocol: int) -> None:
    written = encode(tree, protocol)

    assert decode(written, DIALECT, max_opcodes=1000) == tree == pickle.loads(written)


@pytest.mark.parametrize("protocol", [2, 4])
def test_a_symbol_is_only_a_name(protocol: int) -> None:
    assert decode(encode(TYPE, protocol), DIALECT, max_opcodes=10) == TYPE


@given(st.binary(max_size=255))
def test_bytes_are_written_from_protocol_3_on(raw: bytes) -> None:
    assert pickle.loads(encode((raw,), 4)) == (raw,)
    with pytest.raises(TypeError, match="bytes has no symbolic form"):
        encode(raw, 2)


def test_what_has_no_symbolic_form_is_not_written() -> None:
    with pytest.raises(TypeError, match="set has no symbolic form"):
        encode({"rows": {1, 2}}, 2)
