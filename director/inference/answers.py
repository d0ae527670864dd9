"""Inputs → probabilities and risk level, by one version that is ready to answer. Knows nothing of how it was made.

Here stand the levels; what is said of a binary outcome stands in ``director.inference.binary``.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pydantic_core import to_json

from contract.messages.inference import AnsweringModel, BinaryPrediction, Prediction
from contract.network import Layers, Matrix, apply_layers, layers_of
from contract.tasks import RISK_LEVELS, Task
from director.inference import binary
from director.inference.questions import asked_of_one
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

    def probabilities(self, raw: Matrix) -> Matrix:
        """Compute rows × risk levels from rows × features of raw numbers; of a binary outcome rows × (no, yes)."""
        if len(raw) <= _BLOCK_ROWS:
            return self.task.probabilities(apply_layers(self.layers, self.scaled(raw).T).T)
        blocks = [self.probabilities(raw[start : start + _BLOCK_ROWS]) for start in range(0, len(raw), _BLOCK_ROWS)]
        return np.concatenate(blocks)

    def scaled(self, raw: Matrix) -> Matrix:
        """Give what the network sees of rows × features of raw numbers."""
        return (self.task.encode(raw) - self.mean) / self.scale

    def answer(self, inputs: Mapping[str, object], request_id: str, *, with_probabilities: bool) -> bytes:
        """Answer one row: as JSON a ``Prediction``, or a ``BinaryPrediction``.

        Raises:
            InvalidInputError: The inputs are not the task's.
        """
        if self.task.is_binary:
            found = self._of_an_outcome(inputs, with_contributions=with_probabilities)
        else:
            found = self._of_a_level(inputs, with_probabilities=with_probabilities)
        found["request_id"] = to_json(request_id)
        pieces, end = self._pieces
        return b"".join([piece for before, field in pieces for piece in (before, found[field])]) + end

    def _of_a_level(self, inputs: Mapping[str, object], *, with_probabilities: bool) -> dict[str, bytes]:
        if self._is_plain:
            row = (self.task.vectorise(inputs) - self.mean) / self.scale
        else:
            row = self.scaled(asked_of_one(self.task, inputs).raw)[0]
        logits = apply_layers(self.layers, row).tolist()
        return {
            "risk_level": b'"%s"' % RISK_LEVELS[logits.index(max(logits))].encode(),
            "probabilities": _shares(logits) if with_probabilities else b"null",
        }

    def _of_an_outcome(self, inputs: Mapping[str, object], *, with_contributions: bool) -> dict[str, bytes]:
        asked = asked_of_one(self.task, inputs)
        row = self.scaled(asked.raw)[0]
        return binary.answer_of(self.task, self.layers, row, asked, with_contributions=with_contributions)

    @cached_property
    def _is_plain(self) -> bool:
        """Whether the numbers of a question are what the scaler sees."""
        return not self.task.exclusions and len(self.task.columns) == len(self.task.features)

    @cached_property
    def _pieces(self) -> tuple[list[tuple[bytes, str]], bytes]:
        """Write the message once, up to each field that differs from answer to answer; and its end.

        A field of the message that nobody here knows fails with its name: none is left out, none taken for a constant.
        """
        pieces, text = [], b"{"
        message, differs = (BinaryPrediction, binary.DIFFERS) if self.task.is_binary else (Prediction, _DIFFERS)
        for place, field in enumerate(message.model_fields):
            text += (b"," if place else b"") + to_json(field) + b":"
            if field in differs:
                pieces.append((text, field))
                text = b""
            else:
                text += to_json(OF_A_VERSION[field](self))
        return pieces, text + b"}"

    @cached_property
    def as_json(self) -> str:
        """Which model answers, for the log: the members of an object."""
        return f'"task":"{self.task.name}","model":{self.model.model_dump_json()}'


OF_A_VERSION: Mapping[str, Callable[[ReadyModel], object]] = {
    "task": lambda ready: ready.task.name,
    "cut_points": lambda ready: ready.task.cut_points,
    "notice": lambda ready: ready.task.notice,
    "model": lambda ready: ready.model,
}
"""What all answers of a version say alike, by the field of the message."""

_DIFFERS = frozenset(("risk_level", "probabilities", "request_id"))


def _shares(logits: Sequence[float]) -> bytes:
    """Turn one row's logits into its probabilities as JSON (``softmax`` of three numbers, without arrays)."""
    highest = max(logits)
    exponentials = [math.exp(logit - highest) for logit in logits]
    total = sum(exponentials)
    shares = ",".join(f'"{name}":{value / total!r}' for name, value in zip(RISK_LEVELS, exponentials, strict=True))
    return f"{{{shares}}}".encode()
