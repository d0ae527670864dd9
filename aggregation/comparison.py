"""Each update beside the others: how far it goes, and whether it goes their way. It judges nothing.

An update is measured against the *others* only, so that it can't move what it is held against, and against all of
them alike, so that nothing depends on who came first.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aggregation.clipping import norm
from aggregation.errors import InconsistentUpdatesError, TooFewUpdatesError
from aggregation.tiles import Vector, ascending, stacks
from aggregation.updates import ModelUpdate, in_order
from contract.network import Matrix

LEAST_COMPARABLE = 4
"""With three, each has two others: which of those is the odd one can't be told."""


@dataclass(frozen=True)
class Measurement:
    """One update x_k = w_k - base_k beside the others.

    Args:
        norm: ‖x_k‖ over all tensors.
        others_norm: The median of the others' norms.
        others_spread: The median absolute deviation of the others' norms from that.
        centre_norm: ‖c‖, where c is the coordinate-wise median of the others' changes.
        cosine: Of the angle between x_k and c; None where one of them is zero and has no direction.
        distance: ‖x_k - c‖.
    """

    norm: float
    others_norm: float
    others_spread: float
    centre_norm: float
    cosine: float | None
    distance: float


def measure(updates: Sequence[ModelUpdate]) -> list[Measurement]:
    """Measure each update, in the order given.

    Args:
        updates: At least four, all with their base and behind one scaler.

    Raises:
        InconsistentUpdatesError: They differ in architecture or scaler.
        NoBaseError: One does not say what it was trained from.
        TooFewUpdatesError: There are fewer than four.
    """
    ordered = in_order(updates)
    number = len(ordered)
    if number < LEAST_COMPARABLE:
        raise TooFewUpdatesError(
            f"{number} updates can't be compared with one another.",
            hint=f"It takes {LEAST_COMPARABLE} or more.",
            n=number,
        )
    if any(each.scaler != updates[0].scaler for each in updates):
        raise InconsistentUpdatesError(
            "The models stand behind different scalers, so their numbers can't be compared.",
            hint="Put every model behind one scaler first.",
        )
    changes = [each.change for each in ordered.updates]
    norms = [norm(ordered.layout, change) for change in changes]
    products, squares, apart = np.zeros(number), np.zeros(number), np.zeros(number)
    for _, matrix in stacks(ordered.layout, changes):
        middle_ranks = _middle_ranks(matrix)
        for place, row in enumerate(matrix):
            centre = _median_without(row, middle_ranks)
            products[place] += np.einsum("i,i->", row, centre)
            squares[place] += np.einsum("i,i->", centre, centre)
            row -= centre
            apart[place] += np.einsum("i,i->", row, row)
    found = []
    for place, own in enumerate(norms):
        others = norms[:place] + norms[place + 1 :]
        others_norm, centre_norm = statistics.median(others), float(np.sqrt(squares[place]))
        found.append(
            Measurement(
                norm=own,
                others_norm=others_norm,
                others_spread=statistics.median(abs(each - others_norm) for each in others),
                centre_norm=centre_norm,
                cosine=float(products[place] / (own * centre_norm)) if own and centre_norm else None,
                distance=float(np.sqrt(apart[place])),
            )
        )
    return ordered.as_given(found)


def _middle_ranks(matrix: Matrix) -> tuple[tuple[Vector, Vector], ...]:
    """Give the neighbours in rank between which the median of all but one lies: one pair, or two."""
    in_rank, rest = ascending(matrix), len(matrix) - 1
    return tuple(
        (in_rank[:, rank].copy(), in_rank[:, rank + 1].copy()) for rank in sorted({(rest - 1) // 2, rest // 2})
    )


def _median_without(row: Vector, middle_ranks: Sequence[tuple[Vector, Vector]]) -> Vector:
    """Give each number's median over all updates but this one: leaving it out lifts the ranks above it by one."""
    centre = np.zeros_like(row)
    for lower, upper in middle_ranks:
        centre += np.where(row <= lower, upper, lower)
    centre /= len(middle_ranks)
    return centre
