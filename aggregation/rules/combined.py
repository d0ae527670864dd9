"""What a rule gives: one state out of many, and what each counts for in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aggregation.updates import UpdateSet
from contract.network import State


@dataclass(frozen=True)
class Combined:
    """One state out of many.

    Args:
        state: The result.
        shares: What each update counts for in it, summing to 1; None where the rule takes each number from elsewhere.
    """

    state: State
    shares: tuple[float, ...] | None


def empty_state(updates: UpdateSet) -> dict[str, NDArray[np.float32]]:
    """Make room for a result."""
    return {tensor.name: np.empty(tensor.shape, np.float32) for tensor in updates.layout}
