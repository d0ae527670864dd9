"""The network in PyTorch, held to the contract's layout."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from contract.network import ArchitectureSpec


class RiskClassifier(nn.Module):
    """A multilayer perceptron with ReLU between its layers; its state_dict has the names of ``tensor_layout``."""

    def __init__(self, spec: ArchitectureSpec) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(inputs, outputs) for inputs, outputs in spec.layer_sizes)

    def forward(self, x: Tensor) -> Tensor:
        """Compute rows × risk levels logits from rows × standardised features."""
        *hidden, last = self.layers
        for layer in hidden:
            x = torch.relu(layer(x))
        logits: Tensor = last(x)
        return logits

    def load(self, state: Mapping[str, NDArray[np.floating]]) -> None:
        """Take over a state of the contract's layout."""
        tensors = {name: torch.from_numpy(np.array(values, np.float32)) for name, values in state.items()}
        self.load_state_dict(tensors)

    def state(self) -> dict[str, NDArray[np.float32]]:
        """Give the state in the contract's layout."""
        return {name: tensor.detach().cpu().numpy().copy() for name, tensor in self.state_dict().items()}
