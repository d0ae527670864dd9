"""A federation moves on from where it stands, by what is new. Why so: docs/adr/0018-an-aggregate-moves-on.md.

B is where it stands: the current global model, or the shared start. What stands still keeps its share of B and raises
nobody else's; what moves is combined as each one's change about its own base.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from aggregation.rules.combined import Combined
from aggregation.scaling import behind
from aggregation.strategy import Strategy, aggregate
from aggregation.tiles import stretches
from aggregation.updates import Change, ModelUpdate, Tensors, Tile
from contract.network import Layout, State, TensorSpec
from contract.scaler import ScalerState


@dataclass(frozen=True)
class Origin:
    """B, from which an aggregate moves on.

    Args:
        tensors: Its numbers.
        scaler: What it stands behind; None: the shared start, which stands as it is behind whichever scaler.
    """

    tensors: Tensors
    scaler: ScalerState | None

    def behind(self, scaler: ScalerState, like: ModelUpdate) -> Tensors:
        """Give its numbers behind another scaler; ``like``: an update of the same layout."""
        if self.scaler is None:
            return self.tensors
        return behind(replace(like, scaler=self.scaler, tensors=self.tensors, base=None), scaler).tensors


def carried_over(update: ModelUpdate, origin: Origin, scaler: ScalerState) -> ModelUpdate:
    """Take a late update's change about its own base and lay it onto B: B + (w - base), all behind ``scaler``.

    Raises:
        NoBaseError: The update does not say what it was trained from.
    """
    moved = behind(update, scaler)
    base = origin.behind(scaler, update)
    return replace(moved, tensors=_Sum(base, moved.change), base=base)


def move(
    origin: Origin,
    movers: Sequence[ModelUpdate],
    strategy: Strategy,
    scaler: ScalerState,
    share: Fraction,
    memory: Mapping[str, Tensors] | None = None,
) -> Combined:
    """Combine what moves, and go the share of the way from B to it that the movers hold: B + share · (R - B).

    With a share of 1 this is the strategy's own result R, byte for byte.

    Args:
        origin: B.
        movers: Those that count, trained from B or carried over to it; ``num_examples`` is what each counts for.
        strategy: Its condition counts the movers alone.
        scaler: What the result stands behind.
        share: Which part of all counted examples the movers hold, above 0 and at most 1.
        memory: What ``strategy.memory`` names, as the last move gave it back, all behind ``scaler``; None: it begins
            anew, as it must where the scaler has changed.

    Returns:
        The state, each mover's share of all in the order given, and what the strategy remembers of the whole way.

    Raises:
        AggregationError: As ``aggregate``.
    """
    base = origin.behind(scaler, movers[0]) if movers else None
    combined = aggregate(movers, strategy, scaler, base=base, memory=memory)  # raises where nobody moves
    if base is None or share == 1:
        return combined
    part = float(share)
    state = _part_of_the_way(base, combined.state, part, movers[0].layout)
    shares = None if combined.shares is None else tuple(part * each for each in combined.shares)
    return replace(combined, state=state, shares=shares)


def _part_of_the_way(base: Tensors, state: State, part: float, layout: Layout) -> State:
    moved = {name: np.empty_like(tensor) for name, tensor in state.items()}
    for stretch in stretches(layout):
        here = np.array(stretch.read(base), np.float64)
        place = slice(stretch.start, stretch.stop)
        here += part * (state[stretch.tensor.name].reshape(-1)[place] - here)
        moved[stretch.tensor.name].reshape(-1)[place] = here
    return moved


@dataclass(frozen=True)
class _Sum:
    """Numbers plus a change, as they are read."""

    tensors: Tensors
    change: Change

    def read(self, tensor: TensorSpec, start: int, stop: int) -> Tile:
        total = self.change.read(tensor, start, stop)
        total += self.tensors.read(tensor, start, stop)
        return total
