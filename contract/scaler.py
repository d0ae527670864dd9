"""A standard scaler as numbers: what ``scaler.pkl`` says, and what it means for a model to stand behind one.

The first layer of a network absorbs its scaler, so a model can be *re-expressed*: other numbers behind another scaler,
the same function of the raw inputs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.network import State, bias_name, weight_name

_EPSILON = float(np.finfo(np.float64).eps)


def scale_of(variance: float, mean: float, count: float) -> float:
    """Give the standard deviation to divide by; 1 where the feature is constant up to rounding.

    The rule is scikit-learn's ``_is_constant_feature`` (``sklearn/preprocessing/_data.py``), so that our scalers and a
    fitted ``StandardScaler`` agree on every column.
    """
    rounding = count * _EPSILON * variance + (count * mean * _EPSILON) ** 2
    return 1.0 if variance <= rounding else float(np.sqrt(variance))


@dataclass(frozen=True)
class ScalerState:
    """Mean, population variance and divisor of each feature over ``num_examples`` rows, in the task's order."""

    num_examples: int
    mean: tuple[float, ...]
    variance: tuple[float, ...]
    scale: tuple[float, ...]

    @classmethod
    def from_moments(cls, num_examples: int, mean: tuple[float, ...], m2: tuple[float, ...]) -> "ScalerState":
        """Build a scaler from n, the means and the sums of squared deviations (M2 = n · variance)."""
        variance = tuple(value / num_examples for value in m2)
        scale = tuple(scale_of(v, m, num_examples) for v, m in zip(variance, mean, strict=True))
        return cls(num_examples, mean, variance, scale)

    @classmethod
    def fitted(cls, x: NDArray[np.float64]) -> "ScalerState":
        """Fit to a matrix of rows × features, at least one row."""
        mean = x.mean(axis=0)
        m2 = np.square(x - mean).sum(axis=0)
        return cls.from_moments(len(x), tuple(mean.tolist()), tuple(m2.tolist()))

    @property
    def m2(self) -> tuple[float, ...]:
        """Sums of squared deviations from the mean."""
        return tuple(value * self.num_examples for value in self.variance)

    def transform(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Standardise rows × features: (x - mean) / scale."""
        standardised: NDArray[np.float64] = (x - np.asarray(self.mean)) / np.asarray(self.scale)
        return standardised


def re_express_first_layer(
    weight: NDArray[np.floating], bias: NDArray[np.floating], old: ScalerState, new: ScalerState
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Move a first layer from behind ``old`` to behind ``new`` without changing its function.

    With z = (x - μ)/σ: W' = W·diag(σ_new/σ_old), b' = b + W·((μ_new - μ_old)/σ_old).

    Args:
        weight: outputs × features.
        bias: outputs.
        old: The scaler that the layer was trained behind.
        new: The scaler that it shall stand behind.
    """
    old_scale, new_scale = np.asarray(old.scale), np.asarray(new.scale)
    shift = (np.asarray(new.mean) - np.asarray(old.mean)) / old_scale
    wide = weight.astype(np.float64)
    return wide * (new_scale / old_scale), bias.astype(np.float64) + wide @ shift


def re_expressed(state: State, old: ScalerState, new: ScalerState) -> State:
    """Give a state behind another scaler, rounded to float32 again; the other layers are the same arrays."""
    weight, bias = re_express_first_layer(state[weight_name(0)], state[bias_name(0)], old, new)
    moved = {weight_name(0): weight.astype(np.float32), bias_name(0): bias.astype(np.float32)}
    return {**state, **moved}
