"""``model.pt`` written by hand: the archive and the pickle in it, with a knob for every lie."""

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from contract.network import ArchitectureSpec, TensorSpec, tensor_layout
from fuzz.hostile.opcodes import integer, integers, symbol, text, tuple_of

SPEC = ArchitectureSpec(input_size=5, hidden_sizes=(8, 4), output_size=3)
LAYOUT = tensor_layout(SPEC)


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
    """Opcodes of every tensor of a layout."""
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
    """A model file written by hand; see ``model_parts``."""
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
