"""Scalers across hospitals: their exact merge, and models moved behind another scaler before they are averaged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from aggregation.errors import NoUpdatesError
from aggregation.updates import ModelUpdate, Tensors, Tile
from contract.network import Layout, TensorSpec, bias_name, weight_name
from contract.scaler import ScalerState

_BLOCK_ELEMENTS = 1 << 16


def merge_scalers(scalers: Sequence[ScalerState]) -> ScalerState:
    """Merge as if one scaler had seen all rows.

    Pairwise update of (n, mean, M2). Source: Chan, Golub and LeVeque 1979, "Updating formulae and a pairwise algorithm
    for computing sample variances". The order does not matter: they are sorted first.

    Raises:
        NoUpdatesError: ``scalers`` is empty.
    """
    if not scalers:
        raise NoUpdatesError("There is no scaler to merge.", hint="Let at least one hospital send its statistics.")
    ordered = sorted(scalers, key=lambda scaler: (scaler.num_examples, scaler.mean, scaler.variance))
    if len(ordered) == 1:
        return ordered[0]
    count = ordered[0].num_examples
    mean, m2 = np.asarray(ordered[0].mean), np.asarray(ordered[0].m2)
    for scaler in ordered[1:]:
        total = count + scaler.num_examples
        delta = np.asarray(scaler.mean) - mean
        mean = mean + delta * (scaler.num_examples / total)
        m2 = m2 + np.asarray(scaler.m2) + delta**2 * (count * scaler.num_examples / total)
        count = total
    return ScalerState.from_moments(count, tuple(mean.tolist()), tuple(m2.tolist()))


def behind(update: ModelUpdate, scaler: ScalerState) -> ModelUpdate:
    """Re-express an update and its base behind another scaler: other numbers in the first layer, the same function."""
    if update.scaler == scaler:
        return update
    tensors = _ReExpressed(update.tensors, update.layout, update.scaler, scaler)
    base = None if update.base is None else _ReExpressed(update.base, update.layout, update.scaler, scaler)
    return replace(update, scaler=scaler, tensors=tensors, base=base)


@dataclass
class _ReExpressed:
    """The tensors of an update with its first layer moved behind another scaler, as they are read."""

    tensors: Tensors
    layout: Layout
    old: ScalerState
    new: ScalerState

    def read(self, tensor: TensorSpec, start: int, stop: int) -> Tile:
        if tensor.name == bias_name(0):
            return self._bias[start:stop]
        tile = self.tensors.read(tensor, start, stop)
        return self._scaled(tile, start) if tensor.name == weight_name(0) else tile

    def _scaled(self, tile: Tile, start: int) -> Tile:
        """Multiply each element by its column's factor; whole rows at once, what hangs over at either end apart."""
        factors = self._column_factors
        inputs = len(factors)
        head = min(-start % inputs, len(tile))
        body = (len(tile) - head) // inputs * inputs
        scaled = tile.astype(np.float64)
        scaled[:head] *= factors[inputs - -start % inputs :][:head]
        rows = scaled[head : head + body].reshape(-1, inputs)
        rows *= factors
        tail = scaled[head + body :]
        tail *= factors[: len(tail)]
        return scaled

    @cached_property
    def _column_factors(self) -> NDArray[np.float64]:
        factors: NDArray[np.float64] = np.asarray(self.new.scale) / np.asarray(self.old.scale)
        return factors

    @cached_property
    def _bias(self) -> NDArray[np.float64]:
        """The whole bias; the weight goes by in blocks of rows."""
        by_name = {tensor.name: tensor for tensor in self.layout}
        weight, bias = by_name[weight_name(0)], by_name[bias_name(0)]
        outputs, inputs = weight.shape
        moved = np.array(self.tensors.read(bias, 0, outputs), np.float64)
        shift = (np.asarray(self.new.mean) - np.asarray(self.old.mean)) / np.asarray(self.old.scale)
        rows = max(1, _BLOCK_ELEMENTS // inputs)
        for first in range(0, outputs, rows):
            last = min(first + rows, outputs)
            block = self.tensors.read(weight, first * inputs, last * inputs).reshape(last - first, inputs)
            # not by @: the sums of BLAS depend on the number of threads
            moved[first:last] += np.einsum("ij,j->i", block.astype(np.float64), shift)
        return moved
