"""Average the models in this folder, in a process of its own, and print seconds or bytes as JSON.

Usage: ``python -m benchmarks.aggregation_process speed|memory|memory-re-express --sizes 10,20,3 --models N``, and
``--strategy`` for each strategy to measure (by default fedavg).
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from aggregation.script.folders import FileAt
from aggregation.strategy import aggregate, strategy_named
from aggregation.tiles import stretches
from aggregation.updates import ModelUpdate, TensorsInFile
from benchmarks.program import memory_of
from contract.artifacts.model_file import locate_tensors, model_file_parts
from contract.names import Digest
from contract.network import ArchitectureSpec, Layout, State, tensor_layout
from contract.scaler import ScalerState


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("speed", "memory", "memory-re-express"))
    parser.add_argument("--sizes", required=True)
    parser.add_argument("--models", type=int, required=True)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--strategy", action="append", dest="strategies")
    options = parser.parse_args()
    inputs, *hidden, outputs = map(int, options.sizes.split(","))
    layout = tensor_layout(ArchitectureSpec(inputs, tuple(hidden), outputs))
    strategies = options.strategies or ["fedavg"]
    if options.what == "speed":
        measured = speed(layout, options.models, options.rounds, strategies)
    else:
        shift = 1.0 if options.what == "memory-re-express" else 0.0
        measured = memory(layout, options.models, strategies[0], shift=shift)
    print(json.dumps(measured))


def speed(layout: Layout, models: int, rounds: int, strategies: Sequence[str]) -> dict[str, list[float]]:
    """Time reading, averaging behind another scaler, and each strategy, in turns."""
    updates = _open_updates(layout, models)
    own, other = updates[0].scaler, _scaler(updates[0].scaler, 1)
    average = strategy_named("fedavg", {})
    acts: dict[str, Callable[[], object]] = {
        "read": lambda: _read_all(updates),
        "re_express": lambda: aggregate(updates, average, other),
        **{name: partial(aggregate, updates, strategy_named(name, {}), own) for name in strategies},
    }
    _require_average(updates, aggregate(updates, average, own).state)  # also warms the page cache
    measured: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(rounds):
        for name, act in acts.items():
            began = time.perf_counter()
            act()
            measured[name].append(time.perf_counter() - began)
    return measured


def memory(layout: Layout, models: int, strategy: str, *, shift: float) -> dict[str, list[float]]:
    """Open, average and write as the director does; gives the bytes at the peak above those before.

    Args:
        layout: The models' tensors.
        models: How many of them.
        strategy: How to combine them.
        shift: How far off the scaler stands that the result shall stand behind; 0: each model stands behind it already.
    """
    before = memory_of("self", "VmRSS")
    updates = _open_updates(layout, models)
    scaler = _scaler(updates[0].scaler, shift) if shift else updates[0].scaler
    state = aggregate(updates, strategy_named(strategy, {}), scaler).state
    with Path("result.pt").open("wb") as file:
        for part in model_file_parts(state, layout):
            file.write(part)
    return {"extra": [memory_of("self", "VmHWM") - before]}


def _open_updates(layout: Layout, models: int) -> list[ModelUpdate]:
    scaler = ScalerState(100, (0.5,) * layout[0].shape[1], (4.0,) * layout[0].shape[1], (2.0,) * layout[0].shape[1])
    updates = [_open_update(Path(f"{place}.pt"), 100 + place, scaler, layout) for place in range(models)]
    return [replace(update, base=updates[0].tensors) for update in updates]


def _open_update(path: Path, num_examples: int, scaler: ScalerState, layout: Layout) -> ModelUpdate:
    data = path.read_bytes()
    tensors = TensorsInFile(locate_tensors(data, layout), FileAt(path).read)
    return ModelUpdate(Digest.of(data), num_examples, scaler, layout, tensors)


def _scaler(like: ScalerState, shift: float) -> ScalerState:
    """Give another scaler of as many features."""
    mean = tuple(value + shift for value in like.mean)
    return ScalerState.from_moments(like.num_examples, mean, tuple(value * 2 for value in like.m2))


def _read_all(updates: Sequence[ModelUpdate]) -> None:
    """Read every tile of every model, in the order in which the average reads them."""
    for stretch in stretches(updates[0].layout):
        for update in updates:
            stretch.read(update.tensors)


def _require_average(updates: Sequence[ModelUpdate], state: State) -> None:
    """Hold the first numbers of each tensor against a plain weighted mean."""
    weights = [update.num_examples for update in updates]
    for tensor in updates[0].layout:
        stop = min(tensor.size, 1000)
        tiles = [update.tensors.read(tensor, 0, stop).astype(np.float64) for update in updates]
        due = np.average(tiles, axis=0, weights=weights)
        np.testing.assert_allclose(state[tensor.name].reshape(-1)[:stop], due, rtol=1e-6)


if __name__ == "__main__":
    main()
