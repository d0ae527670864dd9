"""How far two models are from each other in their weights, behind one scaler. It judges nothing.

Weights say less than answers: with its hidden units in another order a network lies far away and is the same function.
Versions of one line come from one start and keep that order, so that the distance says how far training went.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aggregation.scaling import behind
from aggregation.tiles import Vector, stretches
from aggregation.updates import ModelUpdate, require_same_layout


@dataclass(frozen=True)
class Distance:
    """From the numbers a to the numbers b, of a whole model or of one tensor.

    Args:
        norm: ‖a‖, Euclidean.
        other_norm: ‖b‖.
        distance: ‖b - a‖.
        cosine: Of the angle between a and b; None where one of them is zero and has no direction.
    """

    norm: float
    other_norm: float
    distance: float
    cosine: float | None

    @property
    def relative(self) -> float | None:
        """‖b - a‖ / ‖a‖; None where a is zero.

        Source: the weight divergence of Zhao et al. 2018, "Federated Learning with Non-IID Data".
        """
        return self.distance / self.norm if self.norm else None


@dataclass(frozen=True)
class ModelDistance:
    """Two models beside each other.

    Args:
        whole: Over all tensors.
        tensors: Of each by its name, the farthest first; of equals as in the layout.
    """

    whole: Distance
    tensors: Mapping[str, Distance]


def measure_distance(one: ModelUpdate, other: ModelUpdate) -> ModelDistance:
    """Measure from one model to another, which is re-expressed behind the first one's scaler before.

    Cosine of flattened weights: Sattler, Müller and Samek 2020, "Clustered Federated Learning". In float64; all is
    finite for whatever the strict readers of models and scalers let in.

    Raises:
        InconsistentUpdatesError: They differ in a tensor's name, shape or dtype.
    """
    require_same_layout(one, other)
    moved = behind(other, one.scaler)
    sums = {tensor.name: np.zeros(4) for tensor in one.layout}
    for stretch in stretches(one.layout):
        a = stretch.read(one.tensors).astype(np.float64)
        b = stretch.read(moved.tensors).astype(np.float64)
        sums[stretch.tensor.name] += _products(a, b)
    whole = _distance(np.sum(list(sums.values()), axis=0))
    apart = {name: _distance(each) for name, each in sums.items()}
    return ModelDistance(whole, dict(sorted(apart.items(), key=lambda found: -found[1].distance)))


def _products(a: Vector, b: Vector) -> Vector:
    """Give a·a, b·b, a·b and (b-a)·(b-a): the last by itself, since of near models the others cancel each other."""
    apart = b - a
    # not by @: the sums of BLAS depend on the number of threads
    return np.array([np.einsum("i,i->", x, y) for x, y in ((a, a), (b, b), (a, b), (apart, apart))])


def _distance(sums: Vector) -> Distance:
    norm, other_norm, distance = (math.sqrt(sums[place]) for place in (0, 1, 3))
    has_angle = bool(norm and other_norm)
    cosine = min(1.0, max(-1.0, float(sums[2]) / (norm * other_norm))) if has_angle else None
    return Distance(norm, other_norm, distance, cosine)
