"""Federations in one process: ``fl-simulate``'s loop beside a plain PyTorch loop over the same patients."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import torch
from torch import nn

from aggregation.scaling import merge_scalers
from benchmarks.report import Figure, Row, middle
from benchmarks.short_epoch import SHORT_EPOCH
from simulation.demonstration import DEMONSTRATION
from simulation.in_process import Hospital, run_federation, synthetic_hospitals

_PATIENTS, _HOSPITALS = 6250, 5
_TARGET, _MANY_SECONDS = 1.2, 60.0
_HOW = (
    f"A round of {_HOSPITALS} hospitals with 5,000 training patients each (network 1 → 32 → 16 → 3, one local epoch, "
    "batches of 256, Adam, averaged), in one process on one thread. The floor: the same with torch.nn.Sequential, "
    "torch.optim.Adam and a mean of the state_dicts, nothing else, in turns with ours. Then 100 hospitals with 200 "
    "patients each, 20 rounds of the task as it is (two epochs, batches of 64)."
)


def measure(folder: Path, *, is_quick: bool) -> Figure:
    """Time both in turns, then the large one alone; the floor's optimizer makes a folder, which goes with ours."""
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(folder)
    rounds, turns, patients = (2, 2, 100) if is_quick else (10, 7, _PATIENTS)
    hospitals = synthetic_hospitals(SHORT_EPOCH, _HOSPITALS, patients, 0)
    torch.set_num_threads(1)
    ours, floor = [], []
    for _ in range(turns + 1):
        ours.append(_seconds(lambda: run_federation(SHORT_EPOCH, hospitals, rounds=rounds)) / rounds)
        floor.append(_seconds(lambda: _plain_loop(hospitals, rounds)) / rounds)
    ours, floor = ours[1:], floor[1:]  # the first turn warms up
    ratio = median(ours) / median(floor)
    many = synthetic_hospitals(DEMONSTRATION, 5 if is_quick else 100, 200, 0)
    seconds = _seconds(lambda: run_federation(DEMONSTRATION, many, rounds=2 if is_quick else 20))
    return Figure(
        "Simulation",
        _HOW,
        (
            Row(
                "a round",
                f"{middle([1000 * each for each in ours], '.0f')} ms",
                f"{middle([1000 * each for each in floor], '.0f')} ms",
                f"{ratio:.2f}",
                f"≤ {_TARGET}",
                ratio <= _TARGET,
            ),
            Row(
                "100 hospitals, 20 rounds",
                f"{seconds:.0f} s",
                target=f"≤ {_MANY_SECONDS:.0f} s",
                is_met=seconds <= _MANY_SECONDS,
            ),
        ),
    )


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _plain_loop(hospitals: Sequence[Hospital], rounds: int) -> dict[str, torch.Tensor]:
    """Average as anybody would write it down."""
    scaler = merge_scalers([each.scaler(DEMONSTRATION) for each in hospitals])
    data = [
        (
            torch.from_numpy(scaler.transform(each.split.training.features).astype("float32")),
            torch.from_numpy(each.split.training.labels),
        )
        for each in hospitals
    ]
    network = nn.Sequential(nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 3))
    loss_of, state = nn.CrossEntropyLoss(), network.state_dict()
    for _ in range(rounds):
        start = {name: tensor.clone() for name, tensor in state.items()}
        trained = []
        for features, labels in data:
            network.load_state_dict(start)
            optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
            for rows in torch.split(torch.randperm(len(labels)), 256):
                optimizer.zero_grad()
                loss_of(network(features[rows]), labels[rows]).backward()
                optimizer.step()
            trained.append({name: tensor.clone() for name, tensor in network.state_dict().items()})
        state = {name: torch.stack([each[name] for each in trained]).mean(0) for name in start}
    return state
