"""``model.pt``: a state as the file that ``torch.save(model.state_dict())`` writes, read without executing any of it.

The reader joins archive, tensors' descriptions and layout, and refuses to know torch. The writer speaks the same narrow
grammar, so that ``torch.load(..., weights_only=True)`` and this reader see the same tensors in every file that passes.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Buffer

from contract.artifacts.foreign_archive import foreign_archive
from contract.artifacts.layout_mistakes import mismatch, missing, named_otherwise, of_another_shape, too_many
from contract.artifacts.model_refusal import CLONE_HINT, SAVE_HINT, unreadable
from contract.artifacts.state_dict_mistakes import mistake_in
from contract.artifacts.state_dict_pickle import (
    StoredTensor,
    contiguous_strides,
    max_pickle_bytes,
    read_state_dict,
    write_state_dict,
)
from contract.artifacts.zip_archive import RECORD_ALIGNMENT, Member, archive_parts, names_in, read_directory
from contract.errors import ModelFileError, TensorValueError
from contract.network import Layout, State, TensorSpec

MAX_BEYOND_LAYOUT_BYTES = 2**16
"""What an upload may hold beyond what ``write_model`` writes: other names and paddings, not another file's bytes."""

MAX_MAGNITUDE = 1e6
"""No weight of a trained model comes near; a larger one is a mistake or an attack on the average."""

_DTYPE_HINT = "Convert the model before saving it: torch.save(model.float().state_dict(), 'model.pt')."
_VALUE_HINT = "Training diverged: look at its loss, lower the learning rate, train again."

_MAX_MEMBER_OVERHEAD = 2**16 + 4096  # the longest padding before a record, its two headers and names

_TOP_FOLDER = "model"
_PICKLE = "data.pkl"
_RECORD = re.compile(r"data/(0|[1-9][0-9]{0,8})", re.ASCII)
_SMALL_MEMBERS = {  # what torch writes beside the tensors, and its form
    "version": re.compile(rb"3\n"),
    "byteorder": re.compile(rb"little"),
    ".format_version": re.compile(rb"1"),
    ".storage_alignment": re.compile(rb"[0-9]{1,5}"),
    ".data/serialization_id": re.compile(rb"[0-9]{1,64}"),
}
_MAX_SMALL_BYTES = 64


@dataclass(frozen=True)
class TensorLocation:
    """Where a tensor lies in the file.

    Args:
        spec: Its name, shape and dtype.
        offset: Byte offset of its record in the file.
        strides: In elements, one a dimension: a permutation that covers the record exactly once.
    """

    spec: TensorSpec
    offset: int
    strides: tuple[int, ...]

    @property
    def is_contiguous(self) -> bool:
        """Whether the elements lie in C order."""
        due = contiguous_strides(self.spec.shape)
        return all(size == 1 or a == b for size, a, b in zip(self.spec.shape, self.strides, due, strict=True))


def max_model_bytes(layout: Layout) -> int:
    """Bound the size of a ``model.pt`` that can pass for this layout: what is larger need not be read to be refused."""
    numbers = sum(spec.size * np.dtype(spec.dtype).itemsize for spec in layout)
    return numbers + max_pickle_bytes(layout) + _max_members(layout) * _MAX_MEMBER_OVERHEAD


def locate_tensors(data: Buffer, layout: Layout) -> tuple[TensorLocation, ...]:
    """Find the tensors in a file without touching their bytes: archive, ``data.pkl`` and layout are checked.

    Works over a memory map without reading the records; their checksums and values are ``read_model``'s to check.

    Returns:
        The locations, in the layout's order.

    Raises:
        ModelFileError: Not a plain state_dict as torch writes it.
        LayoutMismatchError: Its tensors are not the layout's.
    """
    with memoryview(data) as whole, whole.cast("B") as archive:  # released even on refusal: a memory map can be closed
        return tuple(location for location, _ in _locate(archive, layout))


def read_model(data: Buffer, layout: Layout) -> dict[str, NDArray[np.float32]]:
    """Read and check everything: structure, layout, checksums, values.

    Returns:
        The tensors in the layout's order, read-only: views on ``data``, which they keep alive. A record that is not
        aligned in memory is copied.

    Raises:
        ModelFileError: Not a plain state_dict as torch writes it, or damaged.
        LayoutMismatchError: Its tensors are not the layout's.
        TensorValueError: A value is not finite, larger than ``MAX_MAGNITUDE``, or a running variance below 0.
    """
    with memoryview(data) as whole, whole.cast("B") as archive:
        located = _locate(archive, layout)
        for location, member in located:
            member.require_intact(archive)
            problem = _value_problem(location.spec.name, _elements(archive, member))
            if problem is not None:  # raised where no array lives, else the traceback would hold a memory map open
                raise problem
        return {location.spec.name: _tensor(_elements(archive, member), location) for location, member in located}


def require_lean(size: int, layout: Layout) -> None:
    """Refuse a file that ``read_model`` takes and that is mostly padding, which a store would keep for ever.

    Args:
        size: The file's bytes.
        layout: What it holds.

    Raises:
        ModelFileError: It holds more than ``MAX_BEYOND_LAYOUT_BYTES`` beyond its layout.
    """
    beyond = size - written_bytes(layout)
    if beyond > MAX_BEYOND_LAYOUT_BYTES:
        raise ModelFileError(
            f"The model file has {beyond:,} bytes beyond its tensors and their description; at most "
            f"{MAX_BEYOND_LAYOUT_BYTES:,} are taken.",
            hint=SAVE_HINT,
        )


@lru_cache(maxsize=64)
def written_bytes(layout: Layout) -> int:
    """Say how large a file ``write_model`` writes, whatever the numbers are."""
    zeros = {spec.name: np.zeros(spec.shape, np.float32) for spec in layout}
    return sum(len(part) for part in model_file_parts(zeros, layout))


def write_model(state: State, layout: Layout) -> bytes:
    """Write a state as one ``model.pt``; see ``model_file_parts``."""
    return b"".join(model_file_parts(state, layout))


def model_file_parts(state: State, layout: Layout) -> Iterator[bytes | memoryview]:
    """Write a state as ``model.pt``, piece by piece, without a second copy of the tensors.

    Equal states give equal bytes; ``torch.load(..., weights_only=True)`` and ``read_model`` read them.

    Raises:
        LayoutMismatchError: The state's tensors are not the layout's.
        TensorValueError: A value that ``read_model`` would refuse.
    """
    _require_layout({name: (array.shape, str(array.dtype)) for name, array in state.items()}, layout)
    for spec in layout:
        if problem := _value_problem(spec.name, state[spec.name]):
            raise problem
    return archive_parts(_TOP_FOLDER, _members(state, layout))


def _members(state: State, layout: Layout) -> Iterator[tuple[str, bytes | memoryview]]:
    yield _PICKLE, write_state_dict(layout)
    yield ".format_version", b"1"
    yield ".storage_alignment", str(RECORD_ALIGNMENT).encode()
    yield "byteorder", b"little"
    for index, spec in enumerate(layout):
        elements = np.ascontiguousarray(state[spec.name], dtype="<f4").reshape(-1)
        yield f"data/{index}", elements.view(np.uint8).data
    yield "version", b"3\n"


def _max_members(layout: Layout) -> int:
    """Bound the archive's members, with room to say which tensor is one too many."""
    return 2 * len(layout) + 64


def _locate(archive: memoryview, layout: Layout) -> list[tuple[TensorLocation, Member]]:
    members = _members_of(archive, layout)
    _require_small_members(members, archive)
    stored = read_state_dict(_pickle(members[_PICKLE], archive, layout), layout)
    _require_layout({name: (tensor.shape, tensor.dtype) for name, tensor in stored.items()}, layout)
    records = {name: member for name, member in members.items() if _RECORD.fullmatch(name)}
    located = []
    for spec in layout:
        tensor = stored[spec.name]
        member = records.pop(f"data/{tensor.record}", None)
        if member is None:
            raise unreadable(f"{spec.name!r} has no bytes of its own", hint=CLONE_HINT)
        _require_exact_cover(spec, tensor, member)
        located.append((TensorLocation(spec, member.offset, tensor.strides), member))
    if records:
        raise unreadable(f"its part {min(records)!r} belongs to no tensor")
    return located


def _members_of(archive: memoryview, layout: Layout) -> dict[str, Member]:
    """Read where each member lies; an archive of another program is refused by its name, whatever is wrong first."""
    try:
        members = read_directory(archive, max_members=_max_members(layout))
        _require_known_names(members)
    except ModelFileError as refused:
        raise foreign_archive(names_in(archive, _max_members(layout))) or refused from None
    return members


def _require_known_names(members: Mapping[str, Member]) -> None:
    for name in members:
        if name != _PICKLE and name not in _SMALL_MEMBERS and not _RECORD.fullmatch(name):
            raise unreadable(f"its part {name[:80]!a} has no place in a saved state_dict")
    for name in (_PICKLE, "version"):
        if name not in members:
            raise unreadable(f"its part {name!r} is missing")


def _require_small_members(members: Mapping[str, Member], archive: memoryview) -> None:
    for name, form in _SMALL_MEMBERS.items():
        if member := members.get(name):
            if member.size > _MAX_SMALL_BYTES or not form.fullmatch(bytes(member.bytes_in(archive))):
                raise unreadable(f"its part {name!r} is not what PyTorch writes on a little-endian machine")
            member.require_intact(archive)


def _pickle(member: Member, archive: memoryview, layout: Layout) -> bytes:
    if member.size > max_pickle_bytes(layout):
        start = bytes(member.bytes_in(archive)[: max_pickle_bytes(layout)])
        larger = unreadable(f"its part {_PICKLE!r} is larger than the description of such a network")
        raise mistake_in(start, layout) or larger
    member.require_intact(archive)
    return bytes(member.bytes_in(archive))


def _require_layout(found: Mapping[str, tuple[tuple[int, ...], str]], layout: Layout) -> None:
    """Name a habit that all names show; else the first tensor that differs, then the first that is one too many."""
    if renamed := named_otherwise(found, layout):
        raise renamed
    for spec in layout:
        if spec.name not in found:
            raise missing(spec.name, found)
        shape, dtype = found[spec.name]
        if shape != spec.shape:
            raise of_another_shape(spec.name, shape, spec.shape)
        if dtype != spec.dtype:
            raise mismatch(spec.name, f"has elements of {dtype} instead of {spec.dtype}", hint=_DTYPE_HINT)
    known = {spec.name for spec in layout}
    for name in found:
        if name not in known:
            raise too_many(name)


def _require_exact_cover(spec: TensorSpec, tensor: StoredTensor, member: Member) -> None:
    """Demand that the tensor's elements and the record's are the same ones, each once."""
    if tensor.first_element or tensor.record_elements != spec.size:
        raise unreadable(f"{spec.name!r} is a view of a larger tensor, which was saved whole", hint=CLONE_HINT)
    if member.size != spec.size * np.dtype(spec.dtype).itemsize:
        raise unreadable(f"the bytes of {spec.name!r} are not as many as its shape says")
    step = 1
    for stride, size in sorted(zip(tensor.strides, spec.shape, strict=True)):
        if (size > 1 and stride != step) or stride > max(spec.size, 1):
            raise unreadable(f"{spec.name!r} shows some of its elements twice or not at all", hint=CLONE_HINT)
        step *= size


def _elements(archive: memoryview, member: Member) -> NDArray[np.float32]:
    """View a record as the flat, read-only numbers that it holds."""
    matter = member.bytes_in(archive).toreadonly()
    return np.ndarray(member.size // 4, dtype="<f4", buffer=matter)


def _tensor(elements: NDArray[np.float32], location: TensorLocation) -> NDArray[np.float32]:
    """View flat numbers as the tensor; copy them first if the processor could not read them where they are."""
    if not elements.flags.aligned:
        elements = elements.copy()
    strides = [stride * elements.itemsize for stride in location.strides]
    tensor: NDArray[np.float32] = np.ndarray(location.spec.shape, elements.dtype, elements, strides=strides)
    tensor.flags.writeable = False
    return tensor


def _value_problem(name: str, elements: NDArray[np.float32]) -> TensorValueError | None:
    """Look for a value that no trained model has; needs no memory, as a mask of the elements would."""
    if not elements.size:
        return None
    with np.errstate(invalid="ignore"):
        low, high = float(elements.min()), float(elements.max())
    if not (np.isfinite(low) and np.isfinite(high)):  # a NaN is both the smallest and the largest
        reason = "is not a finite number (NaN or infinite)"
    elif max(-low, high) > MAX_MAGNITUDE:
        reason = f"is larger than {MAX_MAGNITUDE:.0f} in magnitude"
    elif name.endswith("running_var") and low < 0:
        reason = "is a variance below 0"
    else:
        return None
    return TensorValueError(f"A value of the tensor {name[:80]!a} {reason}.", hint=_VALUE_HINT, tensor=name[:80])
