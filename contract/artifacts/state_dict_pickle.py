"""``data.pkl`` of a ``model.pt``: which tensors a state_dict has and where torch put them, as symbols.

Knows the calls that torch writes for a tensor. Knows neither the archive around it nor the layout that is due.
"""

import re
from dataclasses import dataclass
from math import prod
from typing import TypeGuard

from contract.artifacts.bounded_stream import PickleRefused
from contract.artifacts.model_refusal import STATE_DICT_HINT, unreadable
from contract.artifacts.state_dict_mistakes import checkpoint, mistake_in
from contract.artifacts.symbolic_pickle import (
    COMMON_OPCODES,
    Call,
    Dialect,
    Persistent,
    Symbol,
    decode,
    encode,
)
from contract.errors import ModelFileError
from contract.network import Layout
from contract.visible_text import UNSEEN_IN_A_NAME

_ORDERED_DICT = Symbol("collections", "OrderedDict")
_REBUILD_TENSOR = Symbol("torch._utils", "_rebuild_tensor_v2")
_REBUILD_PARAMETER = Symbol("torch._utils", "_rebuild_parameter")
_FLOAT_STORAGE = Symbol("torch", "FloatStorage")
_STORAGE_DTYPES = {
    _FLOAT_STORAGE: "float32",
    Symbol("torch", "DoubleStorage"): "float64",
    Symbol("torch", "HalfStorage"): "float16",
    Symbol("torch", "BFloat16Storage"): "bfloat16",
    Symbol("torch", "LongStorage"): "int64",
    Symbol("torch", "IntStorage"): "int32",
    Symbol("torch", "ShortStorage"): "int16",
    Symbol("torch", "CharStorage"): "int8",
    Symbol("torch", "ByteStorage"): "uint8",
    Symbol("torch", "BoolStorage"): "bool",
}
_DIALECT = Dialect(
    protocols=frozenset({2}),
    opcodes=COMMON_OPCODES | {"BINPUT", "LONG_BINPUT", "GLOBAL", "BINPERSID"},
    symbols={
        _ORDERED_DICT: frozenset({"REDUCE", "SETITEMS", "BUILD"}),
        _REBUILD_TENSOR: frozenset({"REDUCE"}),
        _REBUILD_PARAMETER: frozenset({"REDUCE"}),
        **dict.fromkeys(_STORAGE_DTYPES, frozenset[str]()),
    },
)
_PROTOCOL = 2
_DEVICE = re.compile(r"[a-z]{1,16}(:[0-9]{1,3})?")
_MODULE_PATH = re.compile(f"[^{UNSEEN_IN_A_NAME}]{{0,256}}")
_MAX_MODULE_VERSION = 255
_MAX_DIMENSIONS = 8


@dataclass(frozen=True)
class StoredTensor:
    """A tensor as the file describes it.

    Args:
        shape: Its dimensions.
        dtype: Its element type, in numpy's words.
        record: Which record holds its elements.
        record_elements: How many elements that record has.
        first_element: Where in the record the tensor begins.
        strides: In elements, one a dimension.
    """

    shape: tuple[int, ...]
    dtype: str
    record: str
    record_elements: int
    first_element: int
    strides: tuple[int, ...]


def contiguous_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Give the strides, in elements, of C order."""
    return tuple(prod(shape[axis + 1 :]) for axis in range(len(shape)))


def max_pickle_bytes(layout: Layout) -> int:
    """Bound the size of ``data.pkl``: about ten times what torch needs for ``layout``, tensors' names included."""
    return 16_384 + sum(1024 + 8 * len(spec.name) for spec in layout)


def read_state_dict(pickled: bytes, layout: Layout) -> dict[str, StoredTensor]:
    """Read the tensors' descriptions, in the file's order. ``layout`` only bounds the work.

    Raises:
        ModelFileError: It says anything that a plain state_dict does not.
    """
    try:
        return _read(pickled, layout)
    except ModelFileError as refused:
        raise mistake_in(pickled, layout) or refused from None


def _read(pickled: bytes, layout: Layout) -> dict[str, StoredTensor]:
    try:
        root = decode(pickled, _DIALECT, max_opcodes=4096 + 256 * len(layout))
    except PickleRefused as refused:
        raise unreadable(f"its data.pkl is no plain state_dict: {refused}", hint=STATE_DICT_HINT) from None
    match root:
        case dict():
            items = root
        case Call(function, (), items, state) if function == _ORDERED_DICT and _is_metadata(state):
            pass
        case _:
            raise unreadable("it holds something else than a state_dict", hint=STATE_DICT_HINT)
    for name, node in items.items():
        if _is_filled(node):
            raise checkpoint(name)
    return {name: _read_tensor(name, node) for name, node in items.items()}


def write_state_dict(layout: Layout) -> bytes:
    """Describe contiguous tensors of ``layout``, the n-th in record n, as torch does."""
    tensors: dict[str, object] = {}
    for index, spec in enumerate(layout):
        storage = Persistent(("storage", _FLOAT_STORAGE, str(index), "cpu", spec.size))
        strides = contiguous_strides(spec.shape)
        tensors[spec.name] = Call(_REBUILD_TENSOR, (storage, 0, spec.shape, strides, False, Call(_ORDERED_DICT)))
    return encode(Call(_ORDERED_DICT, items=tensors), _PROTOCOL)


def _read_tensor(name: str, node: object) -> StoredTensor:
    match node:
        case Call(function, (inner, bool(), hooks)) if function == _REBUILD_PARAMETER and _is_empty(hooks):
            node = inner
    match node:
        case Call(function, (Persistent(storage), first, shape, strides, bool(), hooks)) if (
            function == _REBUILD_TENSOR
            and _is_count(first)
            and _are_counts(shape)
            and _are_counts(strides)
            and len(shape) == len(strides)
            and _is_empty(hooks)
        ):
            match storage:
                case ("storage", Symbol() as kind, str(record), str(device), elements) if (
                    kind in _STORAGE_DTYPES and _DEVICE.fullmatch(device) and _is_count(elements)
                ):
                    return StoredTensor(shape, _STORAGE_DTYPES[kind], record, elements, first, strides)
    raise unreadable(f"its entry {name[:80]!a} is not a plain tensor", hint=STATE_DICT_HINT)


def _is_filled(node: object) -> bool:
    """Whether a node is a dictionary of tensors: the state_dict within a checkpoint."""
    items = node.items if isinstance(node, Call) and node.function == _ORDERED_DICT else node
    return isinstance(items, dict) and any(
        isinstance(each, Call) and each.function in (_REBUILD_TENSOR, _REBUILD_PARAMETER) for each in items.values()
    )


def _is_metadata(state: object) -> bool:
    """Whether a state_dict's attributes are none, or the versions of its modules, as torch keeps them."""
    match state:
        case None:
            return True
        case {"_metadata": Call(function, (), modules, None), **rest} if not rest and function == _ORDERED_DICT:
            return all(_MODULE_PATH.fullmatch(path) and _is_version(node) for path, node in modules.items())
        case _:
            return False


def _is_version(node: object) -> bool:
    match node:
        case {"version": version, **rest} if not rest:
            return _is_count(version) and version <= _MAX_MODULE_VERSION
        case _:
            return node == {}


def _is_empty(node: object) -> bool:
    """Whether a node is the empty dictionary that stands for no hooks."""
    match node:
        case Call(function, (), items, None):
            return function == _ORDERED_DICT and not items
        case _:
            return False


def _is_count(node: object) -> TypeGuard[int]:
    return type(node) is int and node >= 0


def _are_counts(node: object) -> TypeGuard[tuple[int, ...]]:
    """Whether a node is a shape or strides; the length comes first, since many tensors can share one huge tuple."""
    return isinstance(node, tuple) and len(node) <= _MAX_DIMENSIONS and all(_is_count(each) for each in node)
