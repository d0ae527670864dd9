"""How the arithmetic walks through tensors: a stretch of elements at a time, of one update or of all side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aggregation.updates import Tensors
from contract.network import Layout, Matrix, TensorSpec

Vector = NDArray[np.float64]

TILE_ELEMENTS = 1 << 16
"""One tile in float64 (512 KiB) and its source stay in a core's cache while all hospitals pass over them."""
STACK_ELEMENTS = 1 << 20
"""The tiles of all updates side by side take 8 MiB in float64, however many updates there are."""


@dataclass(frozen=True)
class Stretch:
    """Elements ``start`` to ``stop`` of one tensor, in C order."""

    tensor: TensorSpec
    start: int
    stop: int

    @property
    def size(self) -> int:
        """Number of elements."""
        return self.stop - self.start

    def read(self, tensors: Tensors) -> NDArray[np.floating]:
        """Read it; the caller may not write to it."""
        return tensors.read(self.tensor, self.start, self.stop)


def stretches(layout: Layout, elements: int = TILE_ELEMENTS) -> Iterator[Stretch]:
    """Cut every tensor into stretches of at most so many elements."""
    for tensor in layout:
        for start in range(0, tensor.size, elements):
            yield Stretch(tensor, start, min(start + elements, tensor.size))


def stacks(layout: Layout, sources: Sequence[Tensors]) -> Iterator[tuple[Stretch, Matrix]]:
    """Give each stretch with the numbers of all sources, one row each, in float64.

    The matrix is overwritten by the next one. With more sources the stretches are shorter: memory stays bounded.
    """
    elements = min(TILE_ELEMENTS, max(1, STACK_ELEMENTS // len(sources)))
    room = np.empty(elements * len(sources))
    for stretch in stretches(layout, elements):
        matrix = room[: len(sources) * stretch.size].reshape(len(sources), stretch.size)
        for row, source in zip(matrix, sources, strict=True):
            row[:] = stretch.read(source)
        yield stretch, matrix


def ascending(matrix: Matrix) -> Matrix:
    """Turn updates × numbers into numbers × updates, the values of each number sorted."""
    by_number = matrix.T.copy()
    by_number.sort(axis=1)
    return by_number
