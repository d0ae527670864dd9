"""What ``joblib.dump(StandardScaler)`` writes, as symbols: a pickle with the arrays' raw bytes in between.

Knows how joblib and numpy (1 and 2) write arrays and numbers. Knows nothing of what a scaler's attributes mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from contract.artifacts.bounded_stream import BoundedStream, PickleRefused
from contract.artifacts.symbolic_pickle import (
    COMMON_OPCODES,
    Call,
    Dialect,
    New,
    Symbol,
    Trailed,
    decode,
    decode_next,
    encode,
)

_STANDARD_SCALER = Symbol("sklearn.preprocessing._data", "StandardScaler")
_WRAPPER = Symbol("joblib.numpy_pickle", "NumpyArrayWrapper")
_NDARRAY = Symbol("numpy", "ndarray")
_DTYPE = Symbol("numpy", "dtype")
_TO_BYTES = Symbol("_codecs", "encode")  # how protocol 2 writes bytes
_SCALARS = (Symbol("numpy.core.multiarray", "scalar"), Symbol("numpy._core.multiarray", "scalar"))
_RECONSTRUCTORS = (Symbol("numpy.core.multiarray", "_reconstruct"), Symbol("numpy._core.multiarray", "_reconstruct"))

_NUMBERS = ("f8", "f4", "i8", "i4")
_OBJECT = "O8"
_NUMBER_STATE = (3, "<", None, None, None, -1, -1, 0)  # version, byte order, …, size, alignment, flags
_OBJECT_STATE = (3, "|", None, None, None, -1, -1, 63)
_ALIGNMENT = 16
_ALIGNED = {"numpy_array_alignment_bytes": _ALIGNMENT}
_ALIGNMENTS: tuple[Mapping[str, object], ...] = (
    _ALIGNED,
    {"numpy_array_alignment_bytes": None},
    {},
)  # the last until joblib 1.1
_PROTOCOL = 4
_OTHER_SHAPE = "an array is not one row of as many elements as the task has features"

_NAMES_DIALECT = Dialect(  # an array of names is a pickle of its own inside the stream; protocol 2 until joblib 1.2
    protocols=frozenset({2, 5}),
    opcodes=COMMON_OPCODES
    | {"FRAME", "MEMOIZE", "BINPUT", "LONG_BINPUT", "GLOBAL", "STACK_GLOBAL", "SHORT_BINUNICODE", "SHORT_BINBYTES"}
    | {"EMPTY_LIST", "APPEND", "APPENDS"},
    symbols={
        _NDARRAY: frozenset(),
        _DTYPE: frozenset({"REDUCE", "BUILD"}),
        _TO_BYTES: frozenset({"REDUCE"}),
        **dict.fromkeys(_RECONSTRUCTORS, frozenset({"REDUCE", "BUILD"})),
    },
)


@dataclass(frozen=True)
class Array:
    """A one-dimensional array: its elements' type in numpy's short form, and its elements."""

    dtype: str
    values: tuple[object, ...]


@dataclass(frozen=True)
class Int64:
    """An integer to write as one of numpy's, which is what scikit-learn keeps counts in and, from 1.8 on, expects."""

    value: int


def read_attributes(stream: bytes, features: int) -> dict[str, object]:
    """Read the attributes of the pickled ``StandardScaler``.

    Args:
        stream: The whole file, inflated.
        features: The longest array to take.

    Returns:
        Attributes by name: bool, int, float and str as such, arrays as ``Array``, and whatever else a pickle can say
        without a symbol, for the caller to refuse.

    Raises:
        PickleRefused: It says anything that a plain ``StandardScaler`` does not.
    """
    dialect = Dialect(
        protocols=frozenset({4, 5}),
        opcodes=COMMON_OPCODES | {"FRAME", "MEMOIZE", "NEWOBJ", "STACK_GLOBAL", "SHORT_BINUNICODE", "SHORT_BINBYTES"},
        symbols={
            _STANDARD_SCALER: frozenset({"NEWOBJ", "BUILD"}),
            _WRAPPER: frozenset({"NEWOBJ", "BUILD"}),
            _NDARRAY: frozenset(),
            _DTYPE: frozenset({"REDUCE", "BUILD"}),
            **dict.fromkeys(_SCALARS, frozenset({"REDUCE"})),
        },
        trailers={_WRAPPER: partial(_read_array, features)},
    )
    match decode(stream, dialect, max_opcodes=2048 + 8 * features):
        case New(function, (), _, dict() as attributes) if function == _STANDARD_SCALER:
            return {name: _number(node) for name, node in attributes.items()}
    raise PickleRefused("it holds something else than a StandardScaler")


def write_attributes(attributes: Mapping[str, object]) -> bytes:
    """Write attributes (bool, int, str, ``Int64``, and ``Array`` of f8) as the pickle of a ``StandardScaler``."""
    state = {name: _written(value) for name, value in attributes.items()}
    return encode(New(_STANDARD_SCALER, state=state), _PROTOCOL)


def _written(value: object) -> object:
    match value:
        case Array():
            return _trailed(value)
        case Int64(integer):  # under numpy 1's name, which numpy 2 knows too
            return Call(_SCALARS[0], (_dtype("i8"), integer.to_bytes(8, "little", signed=True)))
    return value


def _dtype(code: str) -> Call:
    return Call(_DTYPE, (code, False, True), state=_NUMBER_STATE)


def _trailed(array: Array) -> Trailed:
    """Wrap an array as joblib does where it can't align: nothing between wrapper and elements."""
    elements = np.asarray(array.values, dtype=f"<{array.dtype}")
    wrapper = {
        "subclass": _NDARRAY,
        "shape": elements.shape,
        "order": "C",
        "dtype": _dtype(array.dtype),
        "allow_mmap": False,
        "numpy_array_alignment_bytes": None,
    }
    return Trailed(New(_WRAPPER, state=wrapper), elements.tobytes())


def _read_array(features: int, stream: BoundedStream, wrapper: Call) -> Array:
    """Read what follows the wrapper of an array: its raw elements, or for names a pickle of its own."""
    match wrapper.state:
        case {
            "subclass": Symbol() as subclass,
            "shape": (int(length),),
            "order": "C",
            "dtype": dtype,
            "allow_mmap": bool(),
            **rest,
        } if not wrapper.arguments and subclass == _NDARRAY and 0 < length <= features and rest in _ALIGNMENTS:
            code = _dtype_code(dtype)
            if code == _OBJECT:
                stream.require_frame_over()
                return _names(decode_next(stream, _NAMES_DIALECT), length)
            if rest == _ALIGNED:
                _skip_padding(stream)
            elements = np.frombuffer(stream.take_raw(length * int(code[1])), dtype=f"<{code}")
            return Array(code, tuple(elements.tolist()))
        case {"shape": (int(length),)} if length > features:
            raise PickleRefused(f"{_OTHER_SHAPE}: {length} elements, {features} features")
    raise PickleRefused(_OTHER_SHAPE)


def _skip_padding(stream: BoundedStream) -> None:
    """Skip the filler with which joblib aligns elements: its length, then as many bytes 255."""
    length = stream.take_raw(1)[0]
    if length > _ALIGNMENT or stream.take_raw(length) != b"\xff" * length:
        raise PickleRefused("something lies before an array's elements")


def _names(node: object, length: int) -> Array:
    match node:
        case Call(
            function, (Symbol() as subclass, (0,), kind), _, (1, (int(stated),), dtype, False, list() as names)
        ) if (
            function in _RECONSTRUCTORS
            and subclass == _NDARRAY
            and _is_b(kind)
            and _dtype_code(dtype) == _OBJECT
            and stated == len(names) == length
            and all(isinstance(name, str) for name in names)
        ):
            return Array(_OBJECT, tuple(names))
    raise PickleRefused("an array of objects is not one of names")


def _is_b(node: object) -> bool:
    """Whether a node is ``b"b"``, which numpy gives its reconstructor for an empty start."""
    match node:
        case bytes():
            return node == b"b"
        case Call(function, ("b", "latin1")):
            return function == _TO_BYTES
    return False


def _number(node: object) -> object:
    """Turn the call that stands for a numpy number into the number; leave anything else."""
    match node:
        case Call(function, (dtype, bytes(raw))) if function in _SCALARS:
            code = _dtype_code(dtype)
            if code == _OBJECT or len(raw) != int(code[1]):
                raise PickleRefused("a number has the wrong size")
            number: object = np.frombuffer(raw, dtype=f"<{code}")[0].item()
            return number
    return node


def _dtype_code(node: object) -> str:
    match node:
        case Call(function, (str(code), False, True), _, state) if function == _DTYPE:
            if (code in _NUMBERS and state == _NUMBER_STATE) or (code == _OBJECT and state == _OBJECT_STATE):
                return code
    raise PickleRefused("an element type is not a little-endian number of 4 or 8 bytes, nor a name")
