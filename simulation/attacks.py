"""What hostile hospitals send: each attack forges changes (model minus start) from all that it could know at best.

The attackers work together and see the honest hospitals' changes of the same round, as the papers assume.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from contract.network import Matrix

Forge = Callable[[Matrix, Matrix, np.random.Generator], Matrix]
"""(the attackers' own honest changes, the honest hospitals' changes, draws) → what the attackers send; one row each."""

LIED_COUNT = 10**6
IPM_FACTOR = 0.5


def as_trained(own: Matrix, honest: Matrix, draw: np.random.Generator) -> Matrix:
    """Send what was trained."""
    return own


def sign_flip(own: Matrix, honest: Matrix, draw: np.random.Generator) -> Matrix:
    """Go five times as far the other way."""
    return -5 * own


def scaling(own: Matrix, honest: Matrix, draw: np.random.Generator) -> Matrix:
    """Go ten times as far."""
    return 10 * own


def gaussian(own: Matrix, honest: Matrix, draw: np.random.Generator) -> Matrix:
    """Send noise of deviation 1 in place of a model's change."""
    return draw.normal(0, 1, own.shape)


def alie(own: Matrix, honest: Matrix, draw: np.random.Generator) -> Matrix:
    """Stay within the spread of the honest: "A Little Is Enough", Baruch et al. 2019, Algorithm 3."""
    bad, number = len(own), len(own) + len(honest)
    supporters = number // 2 + 1 - bad
    z = NormalDist().inv_cdf((number - bad - supporters) / (number - bad))
    return np.tile(honest.mean(axis=0) - z * honest.std(axis=0), (bad, 1))


def inner_product(own: Matrix, honest: Matrix, draw: np.random.Generator) -> Matrix:
    """Go against the mean of the honest: "Fall of Empires", Xie et al. 2019, with ε = 0.5."""
    return np.tile(-IPM_FACTOR * honest.mean(axis=0), (len(own), 1))


def min_max(own: Matrix, honest: Matrix, draw: np.random.Generator) -> Matrix:
    """Go as far as the two honest that are furthest apart: Shejwalkar and Houmansadr 2021, Min-Max, along -std."""
    mean, direction = honest.mean(axis=0), -honest.std(axis=0)
    widest = max(float(np.linalg.norm(honest - each, axis=1).max()) for each in honest)

    def is_hidden(factor: float) -> bool:
        return float(np.linalg.norm(honest - (mean + factor * direction), axis=1).max()) <= widest

    low, high = 0.0, 1.0
    while is_hidden(high):
        low, high = high, 2 * high
    while high - low > 1e-4:
        half = (low + high) / 2
        low, high = (half, high) if is_hidden(half) else (low, half)
    return np.tile(mean + low * direction, (len(own), 1))


@dataclass(frozen=True)
class Attack:
    """One way to be hostile.

    Args:
        name: For the table.
        forge: What becomes of the attackers' own changes.
        flips_labels: They train on swapped labels.
        claim: The number of examples that they claim; None: the true one.
    """

    name: str
    forge: Forge = as_trained
    flips_labels: bool = False
    claim: int | None = None


SIGN_FLIP = Attack("sign flip × 5", sign_flip)
SCALING = Attack("scaling × 10", scaling)
ATTACKS = (
    SIGN_FLIP,
    SCALING,
    Attack("label flip", flips_labels=True),
    Attack("Gaussian noise", gaussian),
    Attack("ALIE", alie),
    Attack("inner product", inner_product),
    Attack("min-max", min_max),
    Attack("lied count 10⁶", claim=LIED_COUNT),
    Attack("label flip, lied count 10⁶", flips_labels=True, claim=LIED_COUNT),
)
