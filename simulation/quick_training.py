"""The envoy's training once more in numpy, for experiments with thousands of trainings: the same plan, in milliseconds.

A test holds it to ``envoy.training``. Only the order in which it sees the patients is another one.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from contract.network import ArchitectureSpec, Matrix, State, bias_name, softmax, weight_name

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class LocalTraining:
    """How a hospital trains in one round; ``batch`` None: on all its patients at once."""

    name: str
    optimizer: Literal["adam", "sgd"]
    learning_rate: float
    batch: int | None
    epochs: int


HOUSE = LocalTraining("Adam 0.01, batch 64, 2 epochs: the plan of `diagnosis_count`", "adam", 1e-2, 64, 2)


@dataclass(frozen=True)
class Patients:
    """Rows × features, standardised, and the class of each row."""

    x: Matrix
    y: Labels

    def __len__(self) -> int:
        return len(self.y)


def train(
    architecture: ArchitectureSpec, start: State, patients: Patients, training: LocalTraining, draw: np.random.Generator
) -> State:
    """Train on the cross-entropy.

    Adam: Kingma and Ba 2015, Algorithm 1, fresh each time, with PyTorch's constants, as the envoy trains.

    Args:
        architecture: Fully connected layers with ReLU between them.
        start: The state to start from.
        patients: Standardised as the start stands.
        training: The plan.
        draw: Decides the order of the patients.
    """
    names = [name for layer in range(len(architecture.layer_sizes)) for name in (weight_name(layer), bias_name(layer))]
    values = [start[name].astype(np.float64) for name in names]
    means, squares, step = [np.zeros_like(each) for each in values], [np.zeros_like(each) for each in values], 0
    batch = training.batch or len(patients)
    for _ in range(training.epochs):
        order = draw.permutation(len(patients))
        for first in range(0, len(order), batch):
            rows = order[first : first + batch]
            step += 1
            for place, slope in enumerate(_slopes(values, patients.x[rows], patients.y[rows])):
                if training.optimizer == "adam":
                    means[place] += (1 - 0.9) * (slope - means[place])
                    squares[place] += (1 - 0.999) * (np.square(slope) - squares[place])
                    slope = means[place] / (1 - 0.9**step) / (np.sqrt(squares[place] / (1 - 0.999**step)) + 1e-8)
                values[place] -= training.learning_rate * slope
    return {name: value.astype(np.float32) for name, value in zip(names, values, strict=True)}


def _slopes(values: list[Matrix], x: Matrix, y: Labels) -> list[Matrix]:
    """Give the gradient of the mean cross-entropy, by weight and bias of each layer."""
    inputs, last = [x], len(values) // 2 - 1
    for layer in range(last + 1):
        out = inputs[-1] @ values[2 * layer].T + values[2 * layer + 1]
        inputs.append(np.maximum(out, 0) if layer < last else out)
    error = softmax(inputs[-1])
    error[np.arange(len(y)), y] -= 1
    error /= len(y)
    found: list[Matrix] = []
    for layer in range(last, -1, -1):
        found[:0] = [error.T @ inputs[layer], error.sum(axis=0)]
        if layer:
            error = (error @ values[2 * layer]) * (inputs[layer] > 0)
    return found
