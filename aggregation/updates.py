"""Model updates as the arithmetic sees them: numbers that are read a stretch at a time, never all at once."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from aggregation.errors import InconsistentUpdatesError, NoBaseError, NoUpdatesError
from contract.artifacts.model_file import TensorLocation
from contract.names import Digest
from contract.network import Layout, State, TensorSpec, bias_name, weight_name
from contract.scaler import ScalerState

Value = TypeVar("Value")
Tile = NDArray[np.floating]
ReadAt = Callable[[int, memoryview], None]
"""Fill the buffer with the file's bytes from an offset on, completely or raise."""


class Tensors(Protocol):
    """The tensors of one state, read by stretches of their elements in C order."""

    def read(self, tensor: TensorSpec, start: int, stop: int) -> Tile:
        """Give elements ``start`` to ``stop``; the caller may not write to them."""
        ...


@dataclass(frozen=True)
class TensorsInMemory:
    """A state that is in memory already."""

    state: State

    def read(self, tensor: TensorSpec, start: int, stop: int) -> Tile:
        """Give a view."""
        return self.state[tensor.name].reshape(-1)[start:stop]


class TensorsInFile:
    """A ``model.pt`` that passed the strict reader and stays where it is.

    Args:
        locations: Where each tensor's record stands, from ``contract.artifacts.model_file.locate_tensors``.
        read_at: How to read the file.
    """

    def __init__(self, locations: Sequence[TensorLocation], read_at: ReadAt) -> None:
        self._locations = {location.spec.name: location for location in locations}
        self._read_at = read_at

    def read(self, tensor: TensorSpec, start: int, stop: int) -> Tile:
        """Read one stretch."""
        location = self._locations[tensor.name]
        if not location.is_contiguous:
            return self._gathered(location)[start:stop]
        tile = np.empty(stop - start, np.float32)
        self._read_at(location.offset + start * tile.itemsize, _bytes_of(tile))
        return tile

    def _gathered(self, location: TensorLocation) -> Tile:
        """Put a transposed tensor into C order: rare, so simple; costs one tensor of memory while it lasts."""
        record = np.empty(location.spec.size, np.float32)
        self._read_at(location.offset, _bytes_of(record))
        strides = tuple(step * record.itemsize for step in location.strides)
        return np.lib.stride_tricks.as_strided(record, location.spec.shape, strides, writeable=False).reshape(-1)


@dataclass(frozen=True)
class ModelUpdate:
    """One hospital's model.

    Args:
        digest: Of its file.
        num_examples: The training rows that it rests on.
        scaler: The scaler that it stands behind.
        layout: Its tensors' names, shapes and dtypes.
        tensors: Its numbers.
        base: The numbers of the state that it was trained from, behind the same scaler; None where nobody knows.
    """

    digest: Digest
    num_examples: int
    scaler: ScalerState
    layout: Layout
    tensors: Tensors
    base: Tensors | None = None

    @property
    def change(self) -> "Change":
        """What training changed.

        Raises:
            NoBaseError: There is no base.
        """
        if self.base is None:
            raise NoBaseError(
                f"The model {self.digest[:12]} does not say what it was trained from, so its change can't be measured.",
                hint="Give the start that the hospitals trained from, or choose a strategy that needs none.",
                model_sha256=self.digest,
            )
        return Change(self.tensors, self.base)

    @property
    def largest_in_first_layer(self) -> float:
        """The largest magnitude there: that layer alone is changed by another scaler."""
        first = [spec for spec in self.layout if spec.name in (weight_name(0), bias_name(0))]
        return max(float(np.abs(self.tensors.read(spec, 0, spec.size)).max()) for spec in first)


@dataclass(frozen=True)
class Change:
    """The change x = w - base, as it is read; each tile is the caller's to write to."""

    tensors: Tensors
    base: Tensors

    def read(self, tensor: TensorSpec, start: int, stop: int) -> NDArray[np.float64]:
        """Read both and subtract, in float64."""
        change = np.array(self.tensors.read(tensor, start, stop), np.float64)
        change -= self.base.read(tensor, start, stop)
        return change


@dataclass(frozen=True)
class UpdateSet:
    """Updates of one layout in the order of their digests: sums over it don't depend on who came first.

    Args:
        updates: In that order, at least one.
        places: Where each stood in the order given.
    """

    updates: tuple[ModelUpdate, ...]
    places: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.updates)

    @property
    def layout(self) -> Layout:
        """The layout of all."""
        return self.updates[0].layout

    def map(self, change: Callable[[ModelUpdate], ModelUpdate]) -> "UpdateSet":
        """Put another update into the place of each."""
        return replace(self, updates=tuple(map(change, self.updates)))

    def as_given(self, values: Sequence[Value]) -> list[Value]:
        """Bring one value an update back into the order given."""
        by_place = dict(zip(self.places, values, strict=True))
        return [by_place[place] for place in range(len(self))]


def _bytes_of(array: NDArray[np.float32]) -> memoryview:
    return array.view(np.uint8).data


def in_order(updates: Sequence[ModelUpdate]) -> UpdateSet:
    """Sort by digest, so that sums come out bit-identical whatever the order of arrival.

    Raises:
        NoUpdatesError: ``updates`` is empty.
        InconsistentUpdatesError: Two updates differ in a tensor's name, shape or dtype.
    """
    if not updates:
        raise NoUpdatesError("There is no model to average.", hint="Let at least one hospital train and upload first.")
    for update in updates[1:]:
        require_same_layout(updates[0], update)
    places = sorted(range(len(updates)), key=lambda place: _identity(updates[place]))
    return UpdateSet(tuple(updates[place] for place in places), tuple(places))


def require_same_layout(first: ModelUpdate, other: ModelUpdate) -> None:
    """Let two updates be of one architecture.

    Raises:
        InconsistentUpdatesError: They differ in a tensor's name, shape or dtype.
    """
    for ours, theirs in zip(first.layout, other.layout, strict=False):
        if ours != theirs:
            raise _inconsistent(ours.name, f"{ours.name} {ours.shape}", f"{theirs.name} {theirs.shape}")
    if len(first.layout) != len(other.layout):
        longer = max(first.layout, other.layout, key=len)
        extra = longer[min(len(first.layout), len(other.layout))]
        raise _inconsistent(extra.name, f"{len(first.layout)} tensors", f"{len(other.layout)} tensors")


def _identity(update: ModelUpdate) -> tuple[object, ...]:
    return update.digest, update.num_examples, update.scaler.mean, update.scaler.variance


def shares(updates: Sequence[ModelUpdate]) -> list[float]:
    """Give each update's weight n_k / n; they sum to 1."""
    total = math.fsum(update.num_examples for update in updates)
    return [update.num_examples / total for update in updates]


def _inconsistent(tensor: str, ours: str, theirs: str) -> InconsistentUpdatesError:
    return InconsistentUpdatesError(
        f"The models are not of one architecture: tensor {tensor} differs ({ours} against {theirs}).",
        hint="Average only models of one task; train again the one that differs.",
        tensor=tensor,
    )
