"""One model in two folders would count twice: such folders are refused by name."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from aggregation.errors import AggregationError
from aggregation.sameness import are_same
from aggregation.script.folders import Folder
from aggregation.updates import ModelUpdate
from contract.scaler import ScalerState


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


def _tail(update: ModelUpdate) -> NDArray[np.floating]:
    """Give the last numbers, which no scaler changes: what differs there need not be compared any further."""
    last = update.layout[-1]
    return update.tensors.read(last, max(0, last.size - 64), last.size).copy()
