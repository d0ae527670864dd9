"""Training: one readable loop. Knows no HTTP and no files."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import Task
from envoy.cohort import Cohort, Split
from envoy.evaluation import evaluate
from envoy.network import RiskClassifier

LogLine = dict[str, object]


@dataclass(frozen=True)
class TrainedModel:
    """What training gives: the state, and one line of log an epoch."""

    state: Mapping[str, NDArray[np.float32]]
    log: tuple[LogLine, ...]


def train(
    task: Task,
    start: State,
    scaler: ScalerState,
    split: Split,
    seed: int,
    on_epoch: Callable[[int], None] = lambda epoch: None,
) -> TrainedModel:
    """Train from ``start`` behind ``scaler`` as the task's plan says.

    Source: local update of FedAvg (McMahan et al. 2017, Algorithm 1, ClientUpdate), with a fresh Adam each time.

    Args:
        task: Network, optimizer, learning rate, batch size, local epochs.
        start: The state to start from, which stands behind ``scaler``.
        scaler: Standardises the features.
        split: Training and held-out patients; the latter are only looked at.
        seed: Decides the order of the patients; the same on every machine with the same torch.
        on_epoch: Called with the number of each finished epoch, from 1.
    """
    torch.set_num_threads(1)  # the networks are small: more threads cost time, and sums would depend on their number
    network = RiskClassifier(task.architecture)
    network.load(start)
    optimizer = torch.optim.Adam(network.parameters(), lr=task.training.learning_rate)
    loss_of = nn.CrossEntropyLoss()
    features, labels = _tensors(split.training, scaler)
    order = torch.Generator().manual_seed(_mixed(seed, start))
    lines: list[LogLine] = []
    for epoch in range(1, task.training.local_epochs + 1):
        total = 0.0
        for rows in _batches(len(labels), task.training.batch_size, order):
            optimizer.zero_grad()
            loss = loss_of(network(features[rows]), labels[rows])
            loss.backward()
            optimizer.step()
            total += float(loss.detach()) * len(rows)
        held_out = evaluate(task, network.state(), scaler, split.held_out).metrics
        lines.append({"epoch": epoch, "loss": total / len(labels), "validation": held_out, "seed": seed})
        on_epoch(epoch)
    return TrainedModel(network.state(), tuple(lines))


def _tensors(cohort: Cohort, scaler: ScalerState) -> tuple[torch.Tensor, torch.Tensor]:
    standardised = scaler.transform(cohort.features).astype(np.float32)
    return torch.from_numpy(standardised), torch.from_numpy(cohort.labels)


def _batches(rows: int, batch_size: int, order: torch.Generator) -> Iterator[torch.Tensor]:
    shuffled = torch.randperm(rows, generator=order)
    for first in range(0, rows, batch_size):
        yield shuffled[first : first + batch_size]


def _mixed(seed: int, start: State) -> int:
    """Mix the seed with the start, so that each cycle sees the patients in another order and a repeat in the same."""
    sha256 = hashlib.sha256(str(seed).encode())
    for name in sorted(start):
        sha256.update(np.ascontiguousarray(start[name], np.float32).tobytes())
    return int.from_bytes(sha256.digest()[:7], "little")
