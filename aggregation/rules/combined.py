"""What a rule gives: one state out of many, and what each counts for in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from contract.network import Layout, State


@dataclass(frozen=True)
class Combined:
    """One state out of many.

    Args:
        state: The result.
        shares: What each update counts for in it, summing to 1; None where the rule takes each number from elsewhere.
        memory: What the strategy goes on from the next time, by name: each in the layout of the state, in float32,
            behind the same scaler. Empty: it remembers nothing.
    """

    state: State
    shares: tuple[float, ...] | None
    memory: Mapping[str, State] = field(default_factory=dict)


def room_for(layout: Layout) -> dict[str, NDArray[np.float32]]:
    """Make room for a state, whose numbers are yet to be written."""
    return {tensor.name: np.empty(tensor.shape, np.float32) for tensor in layout}
