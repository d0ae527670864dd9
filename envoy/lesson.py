"""What a round asks of a hospital, wherever it is asked: in the director's rounds, in a simulation, under Flower."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contract.names import EnvoyName
from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import Task
from envoy.cohort import Split

if TYPE_CHECKING:
    from envoy.training import TrainedModel


@dataclass(frozen=True)
class Lesson:
    """To train from one start behind one scaler; all that is random follows from the seed, task, number and hospital.

    Args:
        task: What is learned.
        start: The state to train from.
        scaler: What it stands behind.
        seed: The run's.
        number: The round's in its run, from 1.
        proximal: As ``envoy.training.train`` takes it.
    """

    task: Task
    start: State
    scaler: ScalerState
    seed: int
    number: int
    proximal: float

    def learned_by(
        self,
        envoy: EnvoyName,
        split: Split,
        on_epoch: Callable[[int], None] = lambda epoch: None,
        *,
        validates: bool = True,
    ) -> "TrainedModel":
        """Train as a hospital, on its patients; ``on_epoch`` and ``validates`` as ``envoy.training.train``."""
        from envoy.training import (
            order_of_round,
            train,
        )  # late: torch takes seconds, and defects should not wait for it

        order = order_of_round(self.seed, self.task, self.number, envoy)
        return train(
            self.task,
            self.start,
            self.scaler,
            split,
            order,
            on_epoch,
            seed=self.seed,
            proximal=self.proximal,
            validates=validates,
        )
