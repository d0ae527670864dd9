"""Adam by torch's own function: ``torch.optim.Adam`` loads a compiler, 70 MB and most of a second, to the same bits."""

from collections.abc import Iterable

import torch
from torch.optim.adam import adam


class Adam:
    """Steps weights by their gradients.

    Source: Kingma and Ba 2015, "Adam: A Method for Stochastic Optimization", Algorithm 1, with its β1, β2 and ε.

    Args:
        weights: What is stepped, in place.
        learning_rate: The step's size.
    """

    def __init__(self, weights: Iterable[torch.Tensor], learning_rate: float) -> None:
        self._weights = list(weights)
        self._learning_rate = learning_rate
        self._means = [torch.zeros_like(each) for each in self._weights]
        self._squares = [torch.zeros_like(each) for each in self._weights]
        self._steps = [torch.tensor(0.0) for _ in self._weights]

    def forget_gradients(self) -> None:
        """Let the next gradients begin from nothing."""
        for each in self._weights:
            each.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Step once."""
        adam(
            self._weights,
            [each.grad for each in self._weights if each.grad is not None],
            self._means,
            self._squares,
            [],
            self._steps,
            foreach=False,
            amsgrad=False,
            beta1=0.9,
            beta2=0.999,
            lr=self._learning_rate,
            weight_decay=0.0,
            eps=1e-8,
            maximize=False,
        )
