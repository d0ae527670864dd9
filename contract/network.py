"""The one definition of the network: its tensors' names, shapes and order, its shared start, its forward pass in numpy.

The envoy's ``RiskClassifier(nn.Module)`` and the director's inference are both held to this file by a test. Network:
fully connected layers with ReLU between them; the last gives one logit per risk level, or the one of a binary outcome.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

DType = Literal["float32"]
State = Mapping[str, NDArray[np.float32]]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class TensorSpec:
    """Name, shape and dtype of one tensor of a state."""

    name: str
    shape: tuple[int, ...]
    dtype: DType = "float32"

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)


Layout = tuple[TensorSpec, ...]


@dataclass(frozen=True)
class ArchitectureSpec:
    """A multilayer perceptron: ``input_size`` → each of ``hidden_sizes`` (ReLU) → ``output_size`` logits."""

    input_size: int
    hidden_sizes: tuple[int, ...]
    output_size: int

    @property
    def layer_sizes(self) -> tuple[tuple[int, int], ...]:
        """(inputs, outputs) of each layer, first to last."""
        sizes = (self.input_size, *self.hidden_sizes, self.output_size)
        return tuple(pairwise(sizes))


def weight_name(layer: int) -> str:
    """Name of the weight (outputs × inputs) of a layer, counted from 0."""
    return f"layers.{layer}.weight"


def bias_name(layer: int) -> str:
    """Name of the bias (outputs) of a layer, counted from 0."""
    return f"layers.{layer}.bias"


@lru_cache
def tensor_layout(spec: ArchitectureSpec) -> Layout:
    """Give the tensors of a state in their order."""
    tensors: list[TensorSpec] = []
    for layer, (inputs, outputs) in enumerate(spec.layer_sizes):
        tensors += [TensorSpec(weight_name(layer), (outputs, inputs)), TensorSpec(bias_name(layer), (outputs,))]
    return tuple(tensors)


def initial_state(spec: ArchitectureSpec, seed: int) -> dict[str, NDArray[np.float32]]:
    """Draw the start that every hospital shares.

    Uniform in ±1/√inputs for weights and biases, as ``torch.nn.Linear`` draws them (LeCun et al. 1998, "Efficient
    BackProp"), from PCG64 with ``seed``: the same numbers on every machine, so that nobody needs to send them.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    state: dict[str, NDArray[np.float32]] = {}
    for layer, (inputs, outputs) in enumerate(spec.layer_sizes):
        bound = 1 / math.sqrt(inputs)
        state[weight_name(layer)] = random.uniform(-bound, bound, (outputs, inputs)).astype(np.float32)
        state[bias_name(layer)] = random.uniform(-bound, bound, outputs).astype(np.float32)
    return state


Layers = tuple[tuple[Matrix, NDArray[np.float64]], ...]
"""(weight, bias) of each layer in float64, first to last."""


def layers_of(spec: ArchitectureSpec, state: Mapping[str, NDArray[np.floating]]) -> Layers:
    """Prepare a state for ``apply_layers``: once a model, not once an answer."""
    return tuple(
        (state[weight_name(layer)].astype(np.float64), state[bias_name(layer)].astype(np.float64))
        for layer in range(len(spec.layer_sizes))
    )


def apply_layers(layers: Layers, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute the logits of one row (inputs) or of many (inputs × rows), already behind the scaler.

    In float64: the error that is left against float32 training is the training's own.
    """
    *hidden, (last_weight, last_bias) = layers
    for weight, bias in hidden:
        x = weight @ x
        x += bias if x.ndim == 1 else bias[:, np.newaxis]
        np.maximum(x, 0, out=x)
    logits: NDArray[np.float64] = last_weight @ x
    logits += last_bias if x.ndim == 1 else last_bias[:, np.newaxis]
    return logits


def forward(spec: ArchitectureSpec, state: Mapping[str, NDArray[np.floating]], x: Matrix) -> Matrix:
    """Compute rows × outputs logits from rows × inputs."""
    return apply_layers(layers_of(spec, state), x.T).T


def softmax(logits: Matrix) -> Matrix:
    """Turn logits into probabilities along the last axis, without overflow."""
    exponentials: Matrix = np.exp(logits - logits.max(axis=-1, keepdims=True))
    exponentials /= exponentials.sum(axis=-1, keepdims=True)
    return exponentials


def sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn logits of a binary outcome into its probability, without overflow."""
    small = np.exp(-np.abs(logits))
    found: NDArray[np.float64] = np.where(logits >= 0, 1.0, small) / (1.0 + small)
    return found
