"""Inputs → probabilities and risk level, by one version that is ready to answer. Knows nothing of how it was made."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from contract.messages.inference import AnsweringModel, Prediction, Probabilities
from contract.network import Layers, Matrix, apply_layers, layers_of, softmax
from contract.tasks import RISK_LEVELS, Task
from director.tasks.artifacts import Artifacts

_BLOCK_ROWS = 512
"""Rows that go through the network at once in a batch: few enough for the cache, and for one thread of the BLAS."""


@dataclass(frozen=True)
class ReadyModel:
    """One version ready to answer: the task, the network's layers, the scaler's numbers, and its name tag."""

    task: Task
    layers: Layers
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    model: AnsweringModel

    @classmethod
    def load(cls, artifacts: Artifacts, task: Task, model: AnsweringModel) -> "ReadyModel":
        """Read a version's files; raises as ``Artifacts``."""
        layers, scaler = (
            layers_of(task.architecture, artifacts.state(model.sha256)),
            artifacts.scaler(model.scaler_sha256),
        )
        return cls(task, layers, np.asarray(scaler.mean), np.asarray(scaler.scale), model)

    def probabilities(self, x: Matrix) -> Matrix:
        """Compute rows × risk levels from rows × raw features."""
        if len(x) <= _BLOCK_ROWS:
            return softmax(apply_layers(self.layers, ((x - self.mean) / self.scale).T).T)
        blocks = [self.probabilities(x[start : start + _BLOCK_ROWS]) for start in range(0, len(x), _BLOCK_ROWS)]
        return np.concatenate(blocks)

    def answer(self, inputs: Mapping[str, object], request_id: str, *, with_probabilities: bool) -> Prediction:
        """Answer one row.

        Raises:
            InvalidInputError: The inputs are not the task's.
        """
        task, row = self.task, self.task.vectorise(inputs)
        shares = softmax(apply_layers(self.layers, (row - self.mean) / self.scale)).tolist()
        return Prediction(
            risk_level=RISK_LEVELS[shares.index(max(shares))],
            probabilities=Probabilities(**dict(zip(RISK_LEVELS, shares, strict=True))) if with_probabilities else None,
            task=task.name,
            cut_points=task.cut_points,
            notice=task.notice,
            model=self.model,
            request_id=request_id,
        )

    @cached_property
    def as_json(self) -> str:
        """Which model answers, for the log: the members of an object."""
        return f'"task":"{self.task.name}","model":{self.model.model_dump_json()}'
