"""Builders of hostile model and scaler files: torch's and joblib's forms written by hand, with a knob for every lie.

Independent of the product's own writers, so that a mistake there can't hide here. Each control (no knob turned) is
accepted, which shows that a case is refused for its lie and for nothing else.
"""

import bz2
import functools
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import joblib
import numpy as np
import torch
from sklearn.preprocessing import StandardScaler

from contract.errors import ArtifactError
from contract.network import ArchitectureSpec, TensorSpec, tensor_layout

SPEC = ArchitectureSpec(input_size=5, hidden_sizes=(8, 4), output_size=3)
LAYOUT = tensor_layout(SPEC)
FEATURES = 3


@dataclass(frozen=True)
class Case:
    """A hostile file: who refuses it, and what the sentence says. ``build`` takes the canary that code would touch."""

    name: str
    build: Callable[[Path], bytes]
    says: str
    error: type[ArtifactError]


# ---------------------------------------------------------------------------------------------- opcodes


def text(value: str) -> bytes:
    raw = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(raw)) + raw


def integer(value: int) -> bytes:
    return b"J" + struct.pack("<i", value) if abs(value) < 1 << 31 else b"\x8a\x08" + struct.pack("<q", value)


def raw_bytes(value: bytes) -> bytes:
    return b"C" + bytes([len(value)]) + value


def tuple_of(*parts: bytes) -> bytes:
    return b"(" + b"".join(parts) + b"t"


def integers(values: Sequence[int]) -> bytes:
    return tuple_of(*map(integer, values))


def symbol(module: str, name: str, *, stacked: bool = False) -> bytes:
    return text(module) + text(name) + b"\x93" if stacked else f"c{module}\n{name}\n".encode()


def dict_of(items: dict[str, bytes]) -> bytes:
    return b"}(" + b"".join(text(key) + value for key, value in items.items()) + b"u"


# ---------------------------------------------------------------------------------------------- bombs


def bombs(canary: Path) -> dict[str, bytes]:
    """Opcodes that touch the canary if anybody runs them, each leaving one object on the stack."""
    command = text(f"touch {canary}")
    python = text(f"open({str(canary)!r}, 'w').close()")
    return {
        "GLOBAL REDUCE posix.system": symbol("posix", "system") + tuple_of(command) + b"R",
        "GLOBAL REDUCE os.system": symbol("os", "system") + tuple_of(command) + b"R",
        "STACK_GLOBAL REDUCE posix.system": symbol("posix", "system", stacked=True) + tuple_of(command) + b"R",
        "INST posix.system": b"(" + command + b"iposix\nsystem\n",
        "OBJ posix.system": b"(" + symbol("posix", "system") + command + b"o",
        "REDUCE builtins.eval": symbol("builtins", "eval") + tuple_of(python) + b"R",
        "REDUCE builtins.exec": symbol("builtins", "exec") + tuple_of(python) + b"R",
        "NEWOBJ a map over eval": (
            symbol("builtins", "tuple")
            + tuple_of(symbol("builtins", "map") + tuple_of(symbol("builtins", "eval"), tuple_of(python)) + b"\x81")
            + b"\x81"
        ),
        "BUILD a thread's target": (
            symbol("builtins", "eval") + tuple_of(python) + b"R0" + symbol("types", "SimpleNamespace") + b")R}b"
        ),
        "REDUCE subprocess.call": (
            symbol("subprocess", "call") + tuple_of(b"](" + text("touch") + text(str(canary)) + b"e") + b"R"
        ),
        "REDUCE runpy.run_path's sibling code.InteractiveInterpreter": (
            symbol("builtins", "getattr")
            + tuple_of(symbol("code", "InteractiveInterpreter") + b")R", text("runcode"))
            + b"R"
            + tuple_of(symbol("builtins", "compile") + tuple_of(python, text("x"), text("exec")) + b"R")
            + b"R"
        ),
        "memoised function called twice": (
            symbol("posix", "system") + b"q\x63" + tuple_of(command) + b"R0h\x63" + tuple_of(command) + b"R"
        ),
    }


# Names that loaders with an allow list by package let through
INNOCENT_LOOKING = {
    "numpy's loader": ("numpy", "load"),
    "joblib's loader": ("joblib", "load"),
    "torch's loader": ("torch", "load"),
    "torch's loader from bytes": ("torch.storage", "_load_from_bytes"),
    "torch's old rebuilder": ("torch._utils", "_rebuild_tensor"),
    "a rebuilder that allocates": ("torch._utils", "_rebuild_meta_tensor_no_storage"),
    "a tensor out of freed memory": ("torch", "empty"),
    "torch.Size": ("torch", "Size"),
    "numpy's runstring": ("numpy.testing._private.utils", "runstring"),
    "a dotted path through an allowed name": ("collections", "OrderedDict.fromkeys.__self__"),
    "a module that holds os": ("torch.os", "system"),
    "functools.partial": ("functools", "partial"),
}

# ---------------------------------------------------------------------------------------------- model.pt


@dataclass(frozen=True)
class Part:
    """One member of an archive as torch writes it; a knob that is None tells the truth."""

    name: str
    matter: bytes
    local_name: str | None = None
    flags: int = 0x0808
    local_flags: int | None = None
    local_time: int = 0
    method: int = 0
    crc: int | None = None
    size: int | None = None
    stored_size: int | None = None
    local_sizes: tuple[int, int, int] = (0, 0, 0)
    extra: bytes | None = None
    entry_extra: bytes = b""
    entry_comment: bytes = b""
    attributes: int = 0
    disk: int = 0
    descriptor: bytes | None = None
    header_offset: int | None = None
    gap: bytes = b""


def zipped(
    parts: Sequence[Part],
    *,
    before: bytes = b"",
    between: bytes = b"",
    behind: bytes = b"",
    comment: bytes = b"",
    count: int | None = None,
    directory_shift: int = 0,
    with_zip64: bool = True,
    zip64_count: int | None = None,
    zip64_version: int = 45,
    locator_shift: int = 0,
    disks: int = 0,
    raw_names: bool = False,
) -> bytes:
    """Write an archive, byte for byte as torch 2.13 does unless a knob is turned."""
    out, directory = bytearray(before), bytearray()
    for part in parts:
        name = part.name.encode("latin-1" if raw_names else "utf-8")
        offset = len(out)
        filler = -(offset + 30 + len(name) + 4) % 64
        extra = b"FB" + struct.pack("<H", filler) + b"Z" * filler if part.extra is None else part.extra
        crc = zlib.crc32(part.matter) if part.crc is None else part.crc
        size = len(part.matter) if part.size is None else part.size
        stored = size if part.stored_size is None else part.stored_size
        local_name = name if part.local_name is None else part.local_name.encode()
        local_flags = part.flags if part.local_flags is None else part.local_flags
        out += struct.pack(
            "<4s5H3I2H",
            b"PK\x03\x04",
            0,
            local_flags,
            part.method,
            part.local_time,
            0,
            *part.local_sizes,
            len(local_name),
            len(extra),
        )
        out += local_name + extra + part.matter
        due = struct.pack("<4s3I", b"PK\x07\x08", crc, stored, size) if part.flags & 8 else b""
        out += (due if part.descriptor is None else part.descriptor) + part.gap
        told = offset if part.header_offset is None else part.header_offset
        directory += struct.pack(
            "<4s6H3I5H2I", b"PK\x01\x02", 0, 0, part.flags, part.method, 0, 0, crc, stored, size,
            len(name), len(part.entry_extra), len(part.entry_comment), part.disk, 0, part.attributes, told,
        )  # fmt: skip
        directory += name + part.entry_extra + part.entry_comment
    out += between
    start, members = len(out) + directory_shift, len(parts) if count is None else count
    out += directory
    if with_zip64:
        end64, members64 = len(out), members if zip64_count is None else zip64_count
        out += struct.pack(
            "<4sQ2H2I4Q", b"PK\x06\x06", 44, 0x031E, zip64_version, 0, 0, members64, members64, len(directory), start
        )
        out += struct.pack("<4sIQI", b"PK\x06\x07", 0, end64 + locator_shift, 1)
    out += struct.pack("<4s4H2IH", b"PK\x05\x06", disks, disks, members, members, len(directory), start, len(comment))
    return bytes(out + comment + behind)


def network_state(seed: int = 7) -> dict[str, torch.Tensor]:
    """A plausible state of the layout."""
    generator = torch.Generator().manual_seed(seed)
    return {spec.name: torch.randn(spec.shape, generator=generator) for spec in LAYOUT}


def saved(value: object, **options: object) -> bytes:
    """What ``torch.save`` writes."""
    file = io.BytesIO()
    torch.save(value, file, **options)  # type: ignore[arg-type]
    return file.getvalue()


def parts_of(data: bytes) -> list[Part]:
    """Take a real archive apart."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [Part(info.filename, archive.read(info)) for info in archive.infolist()]


def tensor(
    record: str,
    shape: Sequence[int],
    strides: Sequence[int] | None = None,
    *,
    storage: bytes = symbol("torch", "FloatStorage"),
    elements: int | None = None,
    first: int = 0,
    kind: str = "storage",
    device: str = "cpu",
    hooks: bytes = symbol("collections", "OrderedDict") + b")R",
    rebuild: bytes = symbol("torch._utils", "_rebuild_tensor_v2"),
    after: bytes = b"",
) -> bytes:
    """Opcodes of one tensor as torch writes it."""
    steps = [int(np.prod(shape[axis + 1 :])) for axis in range(len(shape))] if strides is None else strides
    count = int(np.prod(shape)) if elements is None else elements
    reference = tuple_of(text(kind), storage, text(record), text(device), integer(count)) + b"Q"
    return (
        rebuild + tuple_of(reference, integer(first), integers(shape), integers(steps), b"\x89", hooks) + b"R" + after
    )


def tensors(layout: Sequence[TensorSpec] = LAYOUT) -> dict[str, bytes]:
    return {spec.name: tensor(str(index), spec.shape) for index, spec in enumerate(layout)}


def state_dict(entries: dict[str, bytes], *, after: bytes = b"", protocol: int = 2, stop: bytes = b".") -> bytes:
    """``data.pkl`` of the entries; ``after`` are opcodes behind the last."""
    body = b"(" + b"".join(text(name) + entry for name, entry in entries.items()) + b"u"
    return bytes([0x80, protocol]) + symbol("collections", "OrderedDict") + b")R" + body + after + stop


def model_parts(data_pkl: bytes | None = None, **changed: bytes | None) -> list[Part]:
    """The parts of a model file written by hand; ``changed`` by name with ``_`` for ``/`` and ``.``; None drops one."""
    state = network_state()
    members: dict[str, bytes | None] = {
        "data.pkl": state_dict(tensors()) if data_pkl is None else data_pkl,
        ".format_version": b"1",
        ".storage_alignment": b"64",
        "byteorder": b"little",
        **{f"data/{index}": state[spec.name].numpy().tobytes() for index, spec in enumerate(LAYOUT)},
        "version": b"3\n",
        ".data/serialization_id": b"0" * 40,
    }
    for key, matter in changed.items():
        members[next(name for name in members if name.translate(str.maketrans("/.", "__")) == key)] = matter
    return [Part(f"archive/{name}", matter) for name, matter in members.items() if matter is not None]


def model_file(data_pkl: bytes | None = None, **changed: bytes | None) -> bytes:
    return zipped(model_parts(data_pkl, **changed))


def with_entry(entry: bytes, name: str = "layers.0.weight") -> bytes:
    """A model file with one entry of ``data.pkl`` replaced."""
    return model_file(state_dict({**tensors(), name: entry}))


def with_part(name: str, **knobs: object) -> bytes:
    """A model file with knobs of one part turned."""
    wanted = f"archive/{name}"
    return zipped([replace(part, **knobs) if part.name == wanted else part for part in model_parts()])  # type: ignore[arg-type]


def with_added(name: str, matter: bytes = b"x", **knobs: object) -> bytes:
    """A model file with one part more."""
    return zipped([*model_parts(), Part(name, matter, **knobs)])  # type: ignore[arg-type]


def with_value(value: float) -> bytes:
    """A real file in which one weight has a value."""
    state = network_state()
    state["layers.1.weight"][2, 3] = value
    return saved(state)


def with_state(**changed: torch.Tensor | None) -> bytes:
    """A real file with tensors replaced, added, or (None) dropped; ``__`` for a dot."""
    state: dict[str, torch.Tensor | None] = dict(network_state())
    for key, value in changed.items():
        state[key.replace("__", ".")] = value
    return saved({name: value for name, value in state.items() if value is not None})


def laughs(levels: int) -> bytes:
    """Tuples of twice the last tuple: 2**levels leaves if anybody walks them."""
    return b")" + b"".join(b"q" + bytes([level]) + b"h" + bytes([level]) + b"\x86" for level in range(levels))


def one_huge_shape(layout: Sequence[TensorSpec]) -> bytes:
    """As many entries as fit, all of one tensor, whose shape is as long as fits: squared work for whoever walks it."""
    budget = 8_000 + 512 * len(layout)  # bytes of data.pkl, below what a reader must take for so many tensors
    length = budget // 4
    shape = b"(" + b"K\x01" * length + b"t"
    entry = tensor("0", (1,)).replace(integers((1,)), shape + b"q\x00", 1).replace(integers((1,)), b"h\x00", 1)
    more = b"".join(text(f"t{n}") + b"h\x01" for n in range(budget // 24))
    pickled = b"\x80\x02}(" + text("first") + entry + b"q\x01" + more + b"u."
    return model_file(pickled)


def deflated(name: str = "archive/data/0", matter: bytes = b"\0" * 160) -> bytes:
    """A model file whose one part is deflated, truthfully."""
    squeezed = zlib.compress(matter, 9, -15)
    return zipped(
        [
            replace(
                part, matter=squeezed, method=8, size=len(matter), stored_size=len(squeezed), crc=zlib.crc32(matter)
            )
            if part.name == name
            else part
            for part in model_parts()
        ]
    )


def overlapping() -> bytes:
    """Two records whose headers share one place."""
    parts = model_parts()
    shared = next(i for i, part in enumerate(parts) if part.name == "archive/data/3")
    offset = zipped(parts).index(b"archive/data/1FB") - 30
    parts[shared] = replace(parts[shared], header_offset=offset)
    return zipped(parts)


def rezipped_by_python() -> bytes:
    """The honest parts, archived with Python's own zipfile and compression."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in model_parts():
            archive.writestr(part.name, part.matter)
    return file.getvalue()


# ---------------------------------------------------------------------------------------------- scaler.pkl


def fitted(features: int = FEATURES, rows: int = 20) -> StandardScaler:
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
    scaler = fitted()
    delattr(scaler, name)
    return dumped(scaler)


def dtype(
    code: str = "f8", order: str = "<", flags: int = 0, state: bytes | None = None, name: bytes | None = None
) -> bytes:
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
    return struct.pack(f"<{len(values)}d", *values)


def names_pickle(names: bytes | None = None, length: int = FEATURES, *, kind: bytes | None = None) -> bytes:
    """The pickle of its own that joblib writes for an array of names."""
    listed = b"](" + b"".join(text(f"feature {n}") for n in range(length)) + b"e" if names is None else names
    start = tuple_of(symbol("numpy", "ndarray", stacked=True), tuple_of(integer(0)), raw_bytes(b"b"))
    objects = dtype("O8", "|", 63) if kind is None else kind
    state = tuple_of(integer(1), tuple_of(integer(length)), objects, b"\x89", listed)
    return b"\x80\x05" + symbol("numpy._core.multiarray", "_reconstruct", stacked=True) + start + b"R" + state + b"b."


def names_array(inner: bytes) -> bytes:
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
