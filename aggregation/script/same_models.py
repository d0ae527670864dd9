"""One model in two folders would count twice: such folders are refused by name."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from aggregation.errors import AggregationError
from aggregation.scaling import behind
from aggregation.script.folders import Folder
from aggregation.tiles import stretches
from aggregation.updates import ModelUpdate
from contract.network import bias_name, weight_name
from contract.scaler import ScalerState

_ROUNDINGS = 4 * float(np.finfo(np.float32).eps)  # a number that was put behind another scaler was rounded a few times


def require_different_models(folders: Sequence[Folder], scaler: ScalerState) -> None:
    """Refuse folders of which two hold one model.

    Args:
        folders: The hospitals'.
        scaler: Behind which they are compared.

    Raises:
        AggregationError: Two models are one file, or one function of the raw inputs; the sentence names their folders.
    """
    tails = [_tail(folder.update) for folder in folders]
    for (one, its_tail), (other, other_tail) in combinations(zip(folders, tails, strict=True), 2):
        if np.array_equal(its_tail, other_tail) and are_same(one.update, other.update, scaler):
            raise AggregationError(
                f"{one.label} and {other.label} hold the same model, which would count twice.",
                hint="Leave one of them out, or let that hospital train a model of its own.",
            )


def are_same(one: ModelUpdate, other: ModelUpdate, scaler: ScalerState) -> bool:
    """Tell whether two models are one file, or the same behind one scaler up to the rounding to float32."""
    if one.digest == other.digest:
        return True
    moved, other_moved = behind(one, scaler), behind(other, scaler)
    first_bias = bias_name(0)
    sizes = _bias_sizes(one, scaler) + _bias_sizes(other, scaler)
    for stretch in stretches(one.layout):
        numbers, others = (np.asarray(stretch.read(each.tensors), np.float64) for each in (moved, other_moved))
        if stretch.tensor.name == first_bias:
            size = sizes[stretch.start : stretch.stop]
        else:
            size = np.abs(numbers) + np.abs(others)
        if np.any(np.abs(numbers - others) > _ROUNDINGS * size):
            return False
    return True


def _tail(update: ModelUpdate) -> NDArray[np.floating]:
    """Give the last numbers, which no scaler changes: what differs there need not be compared any further."""
    last = update.layout[-1]
    return update.tensors.read(last, max(0, last.size - 64), last.size).copy()


def _bias_sizes(update: ModelUpdate, scaler: ScalerState) -> NDArray[np.float64]:
    """Give how large the terms are of which the first layer's bias behind ``scaler`` is the sum, and its error a part.

    The terms may cancel each other out, so that the sum itself says nothing of its error.
    """
    by_name = {tensor.name: tensor for tensor in update.layout}
    weight, bias = by_name[weight_name(0)], by_name[bias_name(0)]
    weights = np.abs(update.tensors.read(weight, 0, weight.size).astype(np.float64)).reshape(weight.shape)
    shift = np.abs(np.asarray(scaler.mean) - np.asarray(update.scaler.mean)) / np.asarray(update.scaler.scale)
    sizes: NDArray[np.float64] = np.abs(update.tensors.read(bias, 0, bias.size).astype(np.float64))
    sizes += np.einsum("ij,j->i", weights, shift)
    return sizes
