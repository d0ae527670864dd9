"""What a task asks of a hospital beside its inputs: the outcome, the plan of training, the parts of the patients."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field


def _is_none(value: object) -> bool:
    return value is None


def _is_zero(value: object) -> bool:
    return value == 0


@dataclass(frozen=True)
class Outcome:
    """What is learned.

    Args:
        kind: ``levels``: in which of the risk levels a value lies; ``binary``: whether something happened.
        source: In a MIMIC-IV task an outcome by its name (``contract.clinical``), in a table its column; "": the one
            feature's own value.
        days: The window that the outcome's name leaves open.
    """

    kind: Literal["levels", "binary"] = "levels"
    source: str = ""
    days: Annotated[int | None, Field(exclude_if=_is_none)] = None


LEVELS = Outcome()
"""What a task learns that says nothing else."""


@dataclass(frozen=True)
class TrainingPlan:
    """How a hospital trains in one cycle; fixed by the task so that results can be compared.

    Args:
        optimizer: ``adam``, begun anew each cycle, or plain ``sgd``.
        learning_rate: The step's size.
        batch_size: Rows a step.
        local_epochs: Passes over the training rows; None: ``local_steps`` says how far.
        local_steps: Steps, over as many passes as they take; None: ``local_epochs`` says how far.
        weight_decay: Weight λ of the term (λ/2)·‖w‖² in the loss that is minimised; biases are left alone.
        patience: After so many epochs whose loss on the validation patients was no lower, training stops, and the
            epoch of the lowest is what it gives; None: it runs to its end.
    """

    optimizer: Literal["adam", "sgd"]
    learning_rate: float
    batch_size: int
    local_epochs: int | None
    local_steps: Annotated[int | None, Field(exclude_if=_is_none)] = None
    weight_decay: Annotated[float, Field(exclude_if=_is_zero)] = 0.0
    patience: Annotated[int | None, Field(exclude_if=_is_none)] = None

    def epochs(self, rows: int) -> int:
        """Give how many passes over so many training rows are begun."""
        if self.local_epochs is not None:
            return self.local_epochs
        batches = -(-rows // self.batch_size)
        return -(-(self.local_steps or 0) // batches) if rows else 0


@dataclass(frozen=True)
class Shares:
    """Which share of its patients a hospital never trains on, between 0 and 1 together.

    Args:
        validation: To stop and to choose by.
        test: To report by, and nothing else.
    """

    validation: float
    test: float
