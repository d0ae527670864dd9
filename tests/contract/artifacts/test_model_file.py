"""``model.pt``: what torch writes is taken, what is written torch takes, and both see the same tensors."""

import collections
import hashlib
import io
import mmap
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.serialization import config as torch_config

from contract.artifacts.model_file import (
    MAX_BEYOND_LAYOUT_BYTES,
    MAX_MAGNITUDE,
    locate_tensors,
    max_model_bytes,
    model_file_parts,
    read_model,
    require_lean,
    write_model,
    written_bytes,
)
from contract.errors import LayoutMismatchError, ModelFileError, TensorValueError
from contract.network import ArchitectureSpec, TensorSpec, initial_state, tensor_layout
from fuzz.hostile import models
from fuzz.hostile.models import LAYOUT


class Network(torch.nn.Module):
    """The layout's network, as an envoy builds it."""

    def __init__(self) -> None:
        super().__init__()
        sizes = models.SPEC.layer_sizes
        self.layers = torch.nn.ModuleList([torch.nn.Linear(inputs, outputs) for inputs, outputs in sizes])


def same(read: dict[str, np.ndarray], state: dict[str, torch.Tensor]) -> bool:
    return list(read) == [spec.name for spec in LAYOUT] and all(
        np.array_equal(read[name], value.detach().numpy()) for name, value in state.items()
    )


def on_device(device: str) -> Callable[[dict[str, torch.Tensor]], bytes]:
    """The file that a machine with that device writes: the same, but for the storages' location."""
    entries = {spec.name: models.tensor(str(index), spec.shape, device=device) for index, spec in enumerate(LAYOUT)}
    return lambda state: models.model_file(models.state_dict(entries))


def to_path(name: str) -> Callable[[dict[str, torch.Tensor]], bytes]:
    """The file that torch writes to a path, whose name becomes the top folder."""
    return lambda state: models.zipped(
        [replace(part, name=part.name.replace("archive", name, 1)) for part in models.parts_of(models.saved(state))]
    )


def without(*names: str) -> Callable[[dict[str, torch.Tensor]], bytes]:
    """The file of an older torch, which wrote fewer parts."""
    return lambda state: models.zipped(
        [part for part in models.parts_of(models.saved(state)) if part.name.partition("/")[2] not in names]
    )


def honest_headers(state: dict[str, torch.Tensor]) -> bytes:
    """Sizes and checksum in each part's own header, and no data descriptor."""
    parts = models.parts_of(models.saved(state))
    sizes = [(zlib.crc32(part.matter), len(part.matter), len(part.matter)) for part in parts]
    return models.zipped([replace(p, flags=0x0800, local_sizes=s) for p, s in zip(parts, sizes, strict=True)])


def long_descriptors(state: dict[str, torch.Tensor]) -> bytes:
    """Sizes of 8 bytes, as in a large archive."""
    parts = models.parts_of(models.saved(state))
    return models.zipped(
        [
            replace(
                part,
                descriptor=b"PK\x07\x08"
                + zlib.crc32(part.matter).to_bytes(4, "little")
                + len(part.matter).to_bytes(8, "little") * 2,
            )
            for part in parts
        ]
    )


def with_many_tensors_first(state: dict[str, torch.Tensor]) -> bytes:
    """More than 256 memo entries: torch then uses the long forms. Here all are long."""
    entries = models.tensors().items()
    pickled = models.state_dict({name: entry + b"r" + struct.pack("<I", n) for n, (name, entry) in enumerate(entries)})
    return models.model_file(pickled)


def aligned_to(size: int) -> Callable[[dict[str, torch.Tensor]], bytes]:
    """What torch writes where a machine is set to align records otherwise than to 64 bytes."""

    def write(state: dict[str, torch.Tensor]) -> bytes:
        before = torch_config.save.storage_alignment
        torch_config.save.storage_alignment = size
        try:
            return models.saved(state)
        finally:
            torch_config.save.storage_alignment = before

    return write


def through_network(state: dict[str, torch.Tensor]) -> bytes:
    network = Network()
    network.load_state_dict(state)
    return models.saved(network.state_dict())


BENIGN: dict[str, Callable[[dict[str, torch.Tensor]], bytes]] = {
    "an OrderedDict with _metadata": through_network,
    "a plain dict": models.saved,
    "an OrderedDict without _metadata": lambda state: models.saved(collections.OrderedDict(state)),
    "parameters": lambda state: models.saved({name: torch.nn.Parameter(value) for name, value in state.items()}),
    "tensors that require gradients": lambda state: models.saved({n: v.requires_grad_() for n, v in state.items()}),
    "another order of keys": lambda state: models.saved(dict(reversed(state.items()))),
    "transposed tensors": lambda state: models.saved({n: v.t().contiguous().t() for n, v in state.items()}),
    "a name from a path": to_path("hospital_a"),
    "a name with a point and a blank": to_path("model v1.2 (final)"),
    "a name in umlauts": to_path("Köln"),
    "a name with a colon": to_path("model_12:30"),
    "a GPU's storages": on_device("cuda:0"),
    "a Mac's storages": on_device("mps:0"),
    "an older torch without alignment": without(".format_version", ".storage_alignment"),
    "an old torch with version alone": without(
        ".format_version", ".storage_alignment", "byteorder", ".data/serialization_id"
    ),
    "records aligned to pages": aligned_to(4096),
    "records that are not aligned": aligned_to(1),
    "tensors in shared memory": lambda state: models.saved({n: v.share_memory_() for n, v in state.items()}),
    "a copy of a loaded file": lambda state: models.saved(torch.load(io.BytesIO(models.saved(state)))),
    "no ZIP64 end": lambda state: models.zipped(models.parts_of(models.saved(state)), with_zip64=False),
    "parts in another order": lambda state: models.zipped(models.parts_of(models.saved(state))[::-1]),
    "sizes in the parts' own headers": honest_headers,
    "descriptors of a large archive": long_descriptors,
    "long memo indices": with_many_tensors_first,
}


@pytest.mark.parametrize("write", BENIGN.values(), ids=BENIGN)
def test_a_benign_file_gives_the_tensors_that_torch_gives(write: Callable[[dict[str, torch.Tensor]], bytes]) -> None:
    data = write(models.network_state())

    read = read_model(data, LAYOUT)

    assert same(read, models.network_state())
    assert same(read, torch.load(io.BytesIO(data), weights_only=True, map_location="cpu"))


@pytest.mark.parametrize("write", BENIGN.values(), ids=BENIGN)
def test_no_benign_file_is_larger_than_the_bound_of_its_layout(write: Callable[[dict[str, torch.Tensor]], bytes]):
    assert len(write(models.network_state())) <= max_model_bytes(LAYOUT)


def test_the_bound_of_a_layout_holds_the_widest_padding_and_the_longest_names() -> None:
    parts = models.parts_of(models.saved(models.network_state()))
    longest = models.zipped([replace(part, name=f"{'ö' * 255}/{part.name.partition('/')[2]}") for part in parts])

    assert len(longest) + 2**16 * len(parts) <= max_model_bytes(LAYOUT)
    assert max_model_bytes(LAYOUT) < 2**23


@pytest.mark.parametrize("write", BENIGN.values(), ids=BENIGN)
def test_no_benign_file_is_padded(write: Callable[[dict[str, torch.Tensor]], bytes]) -> None:
    require_lean(len(write(models.network_state())), LAYOUT)


def test_a_file_is_as_long_as_was_said_whatever_its_numbers() -> None:
    state = {name: tensor.numpy() for name, tensor in models.network_state().items()}
    assert len(write_model(state, LAYOUT)) == written_bytes(LAYOUT)


def test_a_file_that_is_mostly_padding_is_read_and_not_taken() -> None:
    written = written_bytes(LAYOUT)
    require_lean(written + MAX_BEYOND_LAYOUT_BYTES, LAYOUT)
    with pytest.raises(ModelFileError, match="65,537 bytes beyond its tensors and their description"):
        require_lean(written + MAX_BEYOND_LAYOUT_BYTES + 1, LAYOUT)


def test_a_file_saved_to_a_path_is_read(tmp_path: Path) -> None:
    torch.save(models.network_state(), tmp_path / "diagnosis_count-3.pt")

    assert same(read_model((tmp_path / "diagnosis_count-3.pt").read_bytes(), LAYOUT), models.network_state())


def test_a_network_of_many_layers_is_read() -> None:
    layout = tensor_layout(ArchitectureSpec(3, (2,) * 120, 3))
    state = {spec.name: torch.randn(spec.shape) for spec in layout}

    read = read_model(models.saved(state), layout)

    assert all(np.array_equal(read[name], state[name].numpy()) for name in state)


def test_a_model_of_one_tensor_that_is_a_single_number_is_read() -> None:
    layout = (TensorSpec("temperature", ()),)

    assert read_model(models.saved({"temperature": torch.tensor(1.5)}), layout)["temperature"] == 1.5


@pytest.mark.parametrize(("stride", "is_taken"), [(4, True), (1, True), (3, True), (10**12, False)])
def test_the_stride_of_a_dimension_of_one_says_nothing_but_must_be_plausible(stride: int, is_taken: bool) -> None:
    layout = (TensorSpec("head", (1, 4)),)
    pickled = models.state_dict({"head": models.tensor("0", (1, 4), (stride, 1))})
    parts = [part for part in models.model_parts(pickled) if not part.name.startswith("archive/data/")]
    data = models.zipped([*parts, models.Part("archive/data/0", np.arange(4, dtype="<f4").tobytes())])

    if is_taken:
        assert read_model(data, layout)["head"].tolist() == [[0, 1, 2, 3]]
        assert locate_tensors(data, layout)[0].is_contiguous
    else:
        with pytest.raises(ModelFileError, match="twice or not at all"):
            read_model(data, layout)


def test_a_file_beyond_4_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "model.pt").open("w+b") as file:
        file.write(b"PK\x03\x04")
        file.truncate(2**32)  # sparse: takes no room on the disk
        with (
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
            pytest.raises(ModelFileError, match="larger than 4 GiB"),
        ):
            locate_tensors(mapped, LAYOUT)


def test_contiguous_tensors_are_read_only_views_of_the_file() -> None:
    data = models.saved(models.network_state())

    read = read_model(data, LAYOUT)

    assert all(np.shares_memory(tensor, np.frombuffer(data, np.uint8)) for tensor in read.values())
    assert not any(tensor.flags.writeable for tensor in read.values())


def test_tensors_of_a_writable_buffer_are_read_only_too() -> None:
    read = read_model(bytearray(models.saved(models.network_state())), LAYOUT)

    with pytest.raises(ValueError, match="read-only"):
        read["layers.0.bias"][0] = 1


def test_a_file_that_lies_at_an_odd_address_is_read() -> None:
    data = memoryview(b"x" + models.saved(models.network_state()))[1:]

    read = read_model(data, LAYOUT)

    assert same(read, models.network_state())
    assert all(tensor.flags.aligned for tensor in read.values())


def test_locations_point_at_the_elements() -> None:
    state = models.network_state()
    state["layers.0.weight"] = state["layers.0.weight"].T.contiguous().T
    data = models.saved(state)

    first, *others = locate_tensors(data, LAYOUT)

    assert (first.strides, first.is_contiguous) == ((1, 8), False)
    for location in others:
        elements = np.frombuffer(data, "<f4", location.spec.size, location.offset).reshape(location.spec.shape)
        assert location.is_contiguous
        assert np.array_equal(elements, state[location.spec.name].numpy())


def test_locating_reads_no_tensor_bytes() -> None:
    """Damage in a record is not seen by the one, and seen by the other."""
    data = bytearray(models.saved(models.network_state()))
    data[locate_tensors(data, LAYOUT)[2].offset] ^= 1

    assert len(locate_tensors(data, LAYOUT)) == len(LAYOUT)
    with pytest.raises(ModelFileError, match=r"checksum of its part 'data/2'"):
        read_model(data, LAYOUT)


@pytest.mark.parametrize("read", [locate_tensors, read_model])
@pytest.mark.parametrize("data", [models.with_value(float("nan")), models.model_file(data_3=None), b"PK\x03\x04"])
def test_a_refused_memory_map_can_be_closed_at_once(
    data: bytes, read: Callable[[mmap.mmap, tuple[TensorSpec, ...]], object], tmp_path: Path
) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(data)

    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        try:
            read(mapped, LAYOUT)
        except ModelFileError:
            mapped.close()


@pytest.mark.parametrize("value", [MAX_MAGNITUDE, -MAX_MAGNITUDE, 0.0, -0.0, 1e-40, 1e-45])
def test_a_value_at_the_bound_is_taken(value: float) -> None:
    assert read_model(models.with_value(value), LAYOUT)["layers.1.weight"][2, 3] == np.float32(value)


@pytest.mark.parametrize(("value", "is_taken"), [(0.0, True), (0.5, True), (-1e-6, False)])
def test_a_running_variance_is_never_negative(value: float, is_taken: bool) -> None:
    layout = (TensorSpec("norm.running_var", (2,)), TensorSpec("norm.running_mean", (2,)))
    data = models.saved({"norm.running_var": torch.tensor([1.0, value]), "norm.running_mean": -torch.ones(2)})

    if is_taken:
        assert read_model(data, layout)["norm.running_var"][1] == np.float32(value)
    else:
        with pytest.raises(TensorValueError, match="variance below 0"):
            read_model(data, layout)


@pytest.mark.parametrize("memory_mapped", [False, True])
def test_torch_reads_what_is_written(memory_mapped: bool, tmp_path: Path) -> None:
    state = initial_state(models.SPEC, seed=1)
    (tmp_path / "model.pt").write_bytes(write_model(state, LAYOUT))

    loaded = torch.load(tmp_path / "model.pt", weights_only=True, mmap=memory_mapped)

    assert list(loaded) == [spec.name for spec in LAYOUT]
    assert all(np.array_equal(loaded[name].numpy(), state[name]) for name in state)
    Network().load_state_dict(loaded)


@given(st.lists(st.integers(1, 9), min_size=2, max_size=5), st.integers(0, 2**32))
def test_what_is_written_is_read_back(sizes: list[int], seed: int) -> None:
    spec = ArchitectureSpec(sizes[0], tuple(sizes[1:-1]), sizes[-1])
    state = initial_state(spec, seed)

    read = read_model(write_model(state, tensor_layout(spec)), tensor_layout(spec))

    assert all(np.array_equal(read[name], state[name]) for name in state)


def test_equal_states_are_equal_bytes_whatever_their_memory_and_order() -> None:
    state = initial_state(models.SPEC, seed=1)
    shuffled = {name: np.asfortranarray(state[name]) for name in reversed(state)}

    assert write_model(shuffled, LAYOUT) == write_model(state, LAYOUT)


def test_the_written_bytes_never_change() -> None:
    """A digest is a model's name: another way of writing the same state would rename every model."""
    written = write_model({spec.name: np.ones(spec.shape, np.float32) for spec in LAYOUT}, LAYOUT)

    assert hashlib.sha256(written).hexdigest() == "526b8c335fd1455be1d9880c8026ad9c1366e87b9dc2bede9366268d67774a25"


def test_records_are_written_aligned() -> None:
    locations = locate_tensors(write_model(initial_state(models.SPEC, 1), LAYOUT), LAYOUT)

    assert [location.offset % 64 for location in locations] == [0] * len(LAYOUT)


def test_tensors_are_written_without_a_copy() -> None:
    state = initial_state(models.SPEC, seed=1)

    views = [part for part in model_file_parts(state, LAYOUT) if isinstance(part, memoryview)]

    for view, spec in zip(views, LAYOUT, strict=True):
        assert np.shares_memory(np.frombuffer(view, np.uint8), state[spec.name])


def test_a_value_that_would_be_refused_is_not_written() -> None:
    state = initial_state(models.SPEC, seed=1)
    state["layers.1.bias"][0] = np.nan

    with pytest.raises(TensorValueError, match=r"'layers.1.bias' is not a finite number"):
        write_model(state, LAYOUT)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda state: state.pop("layers.1.bias"), "'layers.1.bias' is missing"),
        (lambda state: state.update(head=np.zeros(1, np.float32)), "'head' is not in"),
        (lambda state: state.update({"layers.1.bias": np.zeros(4)}), "float64 instead of float32"),
        (lambda state: state.update({"layers.1.bias": np.zeros(5, np.float32)}), "shape 5 instead of 4"),
    ],
    ids=["missing", "too many", "float64", "wider"],
)
def test_a_state_of_another_layout_is_not_written(change: Callable[[dict[str, np.ndarray]], object], says: str) -> None:
    state = initial_state(models.SPEC, seed=1)
    change(state)

    with pytest.raises(LayoutMismatchError, match=says):
        write_model(state, LAYOUT)
