"""Training: one readable loop. Knows no HTTP and no files."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from contract.names import EnvoyName
from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import Task
from envoy.adam import Adam
from envoy.cohort import Cohort, Split
from envoy.evaluation import evaluate
from envoy.network import RiskClassifier

LogLine = dict[str, object]


@dataclass(frozen=True)
class TrainedModel:
    """What training gives: the state, and one line of log an epoch; where it validates, first one of the start."""

    state: Mapping[str, NDArray[np.float32]]
    log: tuple[LogLine, ...]


def train(
    task: Task,
    start: State,
    scaler: ScalerState,
    split: Split,
    order_seed: int,
    on_epoch: Callable[[int], None] = lambda epoch: None,
    *,
    seed: int | None = None,
    proximal: float = 0.0,
    validates: bool = True,
) -> TrainedModel:
    """Train from ``start`` behind ``scaler`` as the task's plan says.

    Source: local update of FedAvg (McMahan et al. 2017, Algorithm 1, ClientUpdate), with a fresh Adam each time; with
    ``proximal`` that of FedProx (Li et al. 2020, "Federated Optimization in Heterogeneous Networks", Algorithm 2).
    Nothing but the arguments decides a bit of the result: neither clock nor host, nor what was trained before.

    Args:
        task: Network, optimizer, learning rate, batch size, local epochs.
        start: The state to start from, which stands behind ``scaler``.
        scaler: Standardises the features.
        split: Training and held-out patients; the latter are only looked at.
        order_seed: Decides the order of the patients, all there is of randomness: from ``order_of_cycle`` or
            ``order_of_round``.
        on_epoch: Called with the number of each finished epoch, from 1.
        seed: What the log says the order was made from; None: ``order_seed`` itself.
        proximal: Weight μ of the term (μ/2)·‖w - start‖² in the loss that is minimised; the logged loss is without it.
        validates: Whether each epoch is held against the held-out patients for the log; the state is the same.
    """
    torch.set_num_threads(1)  # the networks are small: more threads cost time, and sums would depend on their number
    network = RiskClassifier(task.architecture)
    network.load(start)
    optimizer = Adam(network.parameters(), task.training.learning_rate)
    loss_of = nn.CrossEntropyLoss()
    pulled = [(weights, weights.detach().clone()) for weights in network.parameters()] if proximal else []
    features, labels = _tensors(split.training, scaler)
    order = torch.Generator().manual_seed(order_seed)
    said = order_seed if seed is None else seed
    lines: list[LogLine] = []
    if validates:  # what training began from, on the same patients: local against global
        lines.append({"epoch": 0, "validation": evaluate(task, start, scaler, split.held_out).metrics, "seed": said})
    for epoch in range(1, task.training.local_epochs + 1):
        total = 0.0
        for rows in _batches(len(labels), task.training.batch_size, order):
            optimizer.forget_gradients()
            loss = loss_of(network(features[rows]), labels[rows])
            loss.backward()
            _pull_back(pulled, proximal)
            optimizer.step()
            total += float(loss.detach()) * len(rows)
        line: LogLine = {"epoch": epoch, "loss": total / len(labels)}
        if validates:
            line["validation"] = evaluate(task, network.state(), scaler, split.held_out).metrics
        lines.append({**line, "seed": said})
        on_epoch(epoch)
    return TrainedModel(network.state(), tuple(lines))


def order_of_cycle(seed: int, start: State) -> int:
    """Mix the seed with the start, so that each cycle sees the patients in another order and a repeat in the same."""
    sha256 = hashlib.sha256(str(seed).encode())
    for name in sorted(start):
        sha256.update(np.ascontiguousarray(start[name], np.float32).tobytes())
    return _as_seed(sha256.digest())


def order_of_round(seed: int, task: Task, number: int, envoy: EnvoyName) -> int:
    """Give the order seed of a hospital in a round, whichever attempt at it this is and whatever machine it runs on.

    Args:
        seed: The run's.
        task: Counts by its digest.
        number: The round's in its run, from 1.
        envoy: The hospital.
    """
    text = f"{seed} {task.digest} {number} {envoy.folded}"
    return _as_seed(hashlib.sha256(text.encode()).digest())


def _as_seed(sha256: bytes) -> int:
    return int.from_bytes(sha256[:7], "little")


def _pull_back(pulled: Iterable[tuple[torch.Tensor, torch.Tensor]], proximal: float) -> None:
    """Add the gradient of FedProx's term, μ·(w - start), to the loss's own."""
    for weights, start in pulled:
        if weights.grad is not None:
            weights.grad.add_(weights.detach() - start, alpha=proximal)


def _tensors(cohort: Cohort, scaler: ScalerState) -> tuple[torch.Tensor, torch.Tensor]:
    standardised = scaler.transform(cohort.features).astype(np.float32)
    return torch.from_numpy(standardised), torch.from_numpy(cohort.labels)


def _batches(rows: int, batch_size: int, order: torch.Generator) -> Iterator[torch.Tensor]:
    shuffled = torch.randperm(rows, generator=order)
    for first in range(0, rows, batch_size):
        yield shuffled[first : first + batch_size]
