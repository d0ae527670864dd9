"""Training: one readable loop. Knows no HTTP and no files."""

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from contract.names import EnvoyName
from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import Task, TrainingPlan
from envoy.adam import Adam
from envoy.cohort import Cohort, Split
from envoy.evaluation import evaluate
from envoy.network import RiskClassifier
from envoy.sgd import Sgd

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
        task: Network, optimizer, learning rate, batch size, how many epochs or steps, when to stop before that.
        start: The state to start from, which stands behind ``scaler``.
        scaler: Standardises the features.
        split: The patients; only those of ``training`` are trained on, those of ``validation`` are looked at.
        order_seed: Decides the order of the patients, all there is of randomness: from ``order_of_cycle`` or
            ``order_of_round``.
        on_epoch: Called with the number of each finished epoch, from 1.
        seed: What the log says the order was made from; None: ``order_seed`` itself.
        proximal: Weight μ of the term (μ/2)·‖w - start‖² in the loss that is minimised; the logged loss is without it.
        validates: Whether each epoch is held against the validation patients for the log; the state is the same.
    """
    torch.set_num_threads(1)  # the networks are small: more threads cost time, and sums would depend on their number
    network = RiskClassifier(task.architecture)
    network.load(start)
    plan = task.training
    optimizer, decayed = _optimizer(plan, network), _decayed(plan, network)
    loss_of = _loss_of(task)
    pulled = [(weights, weights.detach().clone()) for weights in network.parameters()] if proximal else []
    features, labels = _tensors(split.training, scaler)
    order = torch.Generator().manual_seed(order_seed)
    said = order_seed if seed is None else seed
    lines: list[LogLine] = []
    if validates:  # what training began from, on the same patients: local against global
        lines.append({"epoch": 0, "validation": evaluate(task, start, scaler, split.validation).metrics, "seed": said})
    best, left = _Best(plan.patience), plan.local_steps
    for epoch in range(1, plan.epochs(len(labels)) + 1):
        total, seen = 0.0, 0
        for rows in islice(_batches(len(labels), plan.batch_size, order), left):
            optimizer.forget_gradients()
            loss = loss_of(network(features[rows]), labels[rows])
            loss.backward()  # type: ignore[no-untyped-call]  # torch does not say
            _pull_back(pulled, proximal)
            _decay(decayed, plan.weight_decay)
            optimizer.step()
            total += float(loss.detach()) * len(rows)
            seen += len(rows)
            left = None if left is None else left - 1
        line: LogLine = {"epoch": epoch, "loss": total / seen}
        if validates or plan.patience is not None:
            found = evaluate(task, network.state(), scaler, split.validation)
            line |= {"validation": found.metrics} if validates else {}
            best.look_at(network, found.loss)
        lines.append({**line, "seed": said})
        on_epoch(epoch)
        if best.is_passed:
            break
    return TrainedModel(best.state or network.state(), tuple(lines))


@dataclass
class _Best:
    """The state of the epoch whose loss on the validation patients was the lowest.

    Source: early stopping with patience (Prechelt 1998, "Early Stopping - But When?", section 2).

    Args:
        patience: After so many epochs without a lower loss it is passed; None: never, and no state is kept.
    """

    patience: int | None
    state: Mapping[str, NDArray[np.float32]] | None = None
    _loss: float = math.inf
    _since: int = field(default=0)

    def look_at(self, network: RiskClassifier, loss: float | None) -> None:
        """Compare an epoch's; without validation patients nothing is compared."""
        if self.patience is None or loss is None:
            return
        self._since += 1
        if loss < self._loss:
            self._loss, self._since, self.state = loss, 0, network.state()

    @property
    def is_passed(self) -> bool:
        """Whether going on is of no use."""
        return self.patience is not None and self._since >= self.patience


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


def _optimizer(plan: TrainingPlan, network: RiskClassifier) -> Adam | Sgd:
    kind = Adam if plan.optimizer == "adam" else Sgd
    return kind(network.parameters(), plan.learning_rate)


def _loss_of(task: Task) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    if not task.is_binary:
        return nn.CrossEntropyLoss()
    of_logit = nn.BCEWithLogitsLoss()
    return lambda logits, labels: of_logit(logits[:, 0], labels.to(logits.dtype))


def _decayed(plan: TrainingPlan, network: RiskClassifier) -> Sequence[torch.Tensor]:
    """Give what weight decay pulls to zero: weights, and no bias."""
    return [each for each in network.parameters() if each.ndim > 1] if plan.weight_decay else []


def _decay(decayed: Iterable[torch.Tensor], weight_decay: float) -> None:
    """Add the gradient of the term (λ/2)·‖w‖² to the loss's own."""
    for weights in decayed:
        if weights.grad is not None:
            weights.grad.add_(weights.detach(), alpha=weight_decay)


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
