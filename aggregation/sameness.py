"""Whether two states are one function of the raw inputs, whatever scaler each stands behind.

Re-expressed behind another scaler a state has other numbers, rounded to float32; so the digest of a file says nothing,
and numbers are the same when they differ by no more than that rounding can have done.
"""

import math

import numpy as np

from aggregation.scaling import behind
from aggregation.tiles import stretches
from aggregation.updates import ModelUpdate, Tensors
from contract.network import Layout, bias_name, weight_name
from contract.scaler import ScalerState

NEARLY = 0.01
"""A state this part of its own way from another one is that one, with some noise to hide it."""

_ROUNDINGS = 8
"""There and back again, each number is rounded a few times."""

_EPSILON = float(np.finfo(np.float32).eps)


def differ(layout: Layout, one: Tensors, other: Tensors, by_more_than: float) -> bool:
    """Tell whether two states behind one scaler are further apart than so; stops reading as soon as they are.

    Args:
        layout: Of both.
        one: A state.
        other: Another.
        by_more_than: A Euclidean distance over all tensors.
    """
    most, squares = by_more_than**2, 0.0
    for stretch in stretches(layout):
        apart = np.subtract(stretch.read(one), stretch.read(other), dtype=np.float64)
        squares += float(np.einsum("i,i->", apart, apart))
        if squares > most:
            return True
    return False


def rounding(update: ModelUpdate, scaler: ScalerState) -> float:
    """Give how far from the exact numbers a state may be after it was put behind its own scaler in float32.

    Only the first layer is changed by a scaler, so only it can be off. Measured behind ``scaler``: an absurd scaler
    of its own, say with a mean that is far away, hides a state behind large roundings.

    Args:
        update: As it was sent, behind its own scaler.
        scaler: Behind which it is compared.
    """
    by_name = {tensor.name: tensor for tensor in update.layout}
    weight, bias = by_name[weight_name(0)], by_name[bias_name(0)]
    outputs, inputs = weight.shape
    numbers = np.abs(update.tensors.read(weight, 0, weight.size), dtype=np.float64).reshape(outputs, inputs)
    old, new = np.asarray(update.scaler.scale), np.asarray(scaler.scale)
    shift = np.abs(np.asarray(scaler.mean) - np.asarray(update.scaler.mean)) / old
    weights = numbers * (new / old)
    biases = np.abs(update.tensors.read(bias, 0, bias.size), dtype=np.float64)
    biases += np.einsum("ij,j->i", numbers, shift)
    size = math.sqrt(float(np.einsum("ij,ij->", weights, weights) + np.einsum("i,i->", biases, biases)))
    return _ROUNDINGS * _EPSILON * size


def are_same(one: ModelUpdate, other: ModelUpdate, scaler: ScalerState) -> bool:
    """Tell whether two hospitals' models are one file, or one function of the raw inputs up to the rounding of both."""
    if one.digest == other.digest:
        return True
    tolerance = rounding(one, scaler) + rounding(other, scaler)
    return not differ(one.layout, behind(one, scaler).tensors, behind(other, scaler).tensors, tolerance)
