"""``scaler.pkl`` written by hand, with a knob for every lie."""

import bz2
import functools
import io
import lzma
import struct
import zlib
from collections.abc import Sequence

import joblib
import numpy as np
from sklearn.preprocessing import StandardScaler

from fuzz.hostile.opcodes import dict_of, integer, integers, raw_bytes, symbol, text, tuple_of

FEATURES = 3


def fitted(features: int = FEATURES, rows: int = 20) -> StandardScaler:
    """A real scaler."""
    return StandardScaler().fit(np.random.default_rng(3).normal(2, 3, size=(rows, features)))


def dumped(value: object, **options: object) -> bytes:
    """What ``joblib.dump`` writes."""
    file = io.BytesIO()
    joblib.dump(value, file, **options)
    return file.getvalue()


def scaler_with(**attributes: object) -> bytes:
    """A real dump of a scaler with attributes set from outside."""
    scaler = fitted()
    for name, value in attributes.items():
        setattr(scaler, name, value)
    return dumped(scaler)


def scaler_without(name: str) -> bytes:
    """A real dump of a scaler that lacks an attribute."""
    scaler = fitted()
    delattr(scaler, name)
    return dumped(scaler)


def dtype(
    code: str = "f8", order: str = "<", flags: int = 0, state: bytes | None = None, name: bytes | None = None
) -> bytes:
    """Opcodes of an element type as numpy pickles it."""
    due = tuple_of(integer(3), text(order), b"NNN", integer(-1), integer(-1), integer(flags))
    return (
        (symbol("numpy", "dtype", stacked=True) if name is None else name)
        + tuple_of(text(code), b"\x89", b"\x88")
        + b"R"
        + (due if state is None else state)
        + b"b"
    )


def array(
    matter: bytes,
    shape: Sequence[int] = (FEATURES,),
    *,
    order: str = "C",
    kind: bytes | None = None,
    subclass: bytes | None = None,
    padding: bytes | None = None,
    more: dict[str, bytes] | None = None,
) -> bytes:
    """Opcodes of joblib's array wrapper, and the bytes behind it."""
    state = {
        "subclass": symbol("numpy", "ndarray", stacked=True) if subclass is None else subclass,
        "shape": integers(shape),
        "order": text(order),
        "dtype": dtype() if kind is None else kind,
        "allow_mmap": b"\x88",
        **({} if padding is None else {"numpy_array_alignment_bytes": integer(16)}),
        **(more or {}),
    }
    wrapper = symbol("joblib.numpy_pickle", "NumpyArrayWrapper", stacked=True) + b")\x81" + dict_of(state) + b"b"
    return wrapper + (padding or b"") + matter


def doubles(*values: float) -> bytes:
    """Numbers as the raw bytes of an array."""
    return struct.pack(f"<{len(values)}d", *values)


def names_pickle(names: bytes | None = None, length: int = FEATURES, *, kind: bytes | None = None) -> bytes:
    """The pickle of its own that joblib writes for an array of names."""
    listed = b"](" + b"".join(text(f"feature {n}") for n in range(length)) + b"e" if names is None else names
    start = tuple_of(symbol("numpy", "ndarray", stacked=True), tuple_of(integer(0)), raw_bytes(b"b"))
    objects = dtype("O8", "|", 63) if kind is None else kind
    state = tuple_of(integer(1), tuple_of(integer(length)), objects, b"\x89", listed)
    return b"\x80\x05" + symbol("numpy._core.multiarray", "_reconstruct", stacked=True) + start + b"R" + state + b"b."


def names_array(inner: bytes) -> bytes:
    """An array of names, from its own pickle."""
    return array(inner, kind=dtype("O8", "|", 63))


def attributes() -> dict[str, bytes]:
    """Opcodes of an honest scaler's attributes."""
    return {
        "with_mean": b"\x88",
        "with_std": b"\x88",
        "copy": b"\x88",
        "n_features_in_": integer(FEATURES),
        "n_samples_seen_": integer(20),
        "mean_": array(doubles(1.0, -2.0, 3.0)),
        "var_": array(doubles(4.0, 9.0, 0.0)),
        "scale_": array(doubles(2.0, 3.0, 1.0)),
        "_sklearn_version": text("1.9.1"),
    }


def scaler_file(*, after: bytes = b"", stop: bytes = b".", protocol: int = 4, **changed: bytes | None) -> bytes:
    """A scaler file written by hand with attributes' opcodes replaced, added, or (None) dropped."""
    opcodes = {name: code for name, code in {**attributes(), **changed}.items() if code is not None}
    start = bytes([0x80, protocol]) + symbol("sklearn.preprocessing._data", "StandardScaler", stacked=True) + b")\x81"
    return start + dict_of(opcodes) + b"b" + after + stop


@functools.cache
def squeezed_bombs() -> dict[str, bytes]:
    """A small file in each compression that inflates to 16 MiB."""
    zeros = bytes(2**24)
    gzipped = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return {
        "zlib": zlib.compress(zeros, 9),
        "gzip": gzipped.compress(zeros) + gzipped.flush(),
        "bz2": bz2.compress(zeros, 1),
        "xz": lzma.compress(zeros, lzma.FORMAT_XZ, preset=0),
        "lzma": lzma.compress(zeros, lzma.FORMAT_ALONE, preset=0),
    }


COMPRESSIONS = ("zlib", "gzip", "bz2", "xz", "lzma")
