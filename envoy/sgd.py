"""Plain stochastic gradient descent: ``torch.optim.SGD`` would load what ``envoy.adam`` avoids."""

from collections.abc import Iterable

import torch


class Sgd:
    """Steps weights against their gradients, without momentum.

    Source: ClientUpdate of FedAvg (McMahan et al. 2017, Algorithm 1), w ← w - η·∇.

    Args:
        weights: What is stepped, in place.
        learning_rate: η, the step's size.
    """

    def __init__(self, weights: Iterable[torch.Tensor], learning_rate: float) -> None:
        self._weights = list(weights)
        self._learning_rate = learning_rate

    def forget_gradients(self) -> None:
        """Let the next gradients begin from nothing."""
        for each in self._weights:
            each.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Step once."""
        for each in self._weights:
            if each.grad is not None:
                each.sub_(each.grad, alpha=self._learning_rate)
