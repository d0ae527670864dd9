"""The arithmetic: many large models averaged from files, beside merely reading those files; and its memory."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.program import run
from benchmarks.report import Figure, Row, middle
from contract.artifacts.model_file import model_file_parts
from contract.network import ArchitectureSpec, initial_state, tensor_layout

_TARGET = 0.3
_MEBIBYTE = 2**20
_ROOM_MEBIBYTES = 64
_MOVED = ", each moved behind another scaler"
_ROBUST = ("clip+fedavg", "coordinate_median", "clip+trimmed_mean", "geometric_median", "multi_krum")
"""Those that compare the models with one another take the more time the more pairs of them there are."""
_LARGE = ArchitectureSpec(1000, (2500, 3000), 3)
_SMALL = ArchitectureSpec(100, (200, 300), 3)
_HOW = (
    "FedAvg over models in files (page cache warm), summed in float64, tile by tile, against reading the same tiles of "
    "the same files into one buffer; robust strategies, which read them several times and compare them, beside the "
    "same reading. Memory is the peak of a process of its own above what it had before: opening "
    "each file, averaging, and writing the result."
)


def measure(folder: Path, *, is_quick: bool) -> Figure:
    """Write the models, then let processes of their own average them."""
    spec, few, some, many, rounds = (_SMALL, 2, 5, 5, 2) if is_quick else (_LARGE, 5, 10, 50, 5)
    folder.mkdir()
    _write_models(folder, spec, many)
    sizes = ",".join(map(str, (spec.input_size, *spec.hidden_sizes, spec.output_size)))
    elements = sum(tensor.size for tensor in tensor_layout(spec))
    what = f"{many} models of {elements / 1e6:.1f} million numbers"
    seconds = _ask_process(folder, "speed", sizes, many, rounds)
    robust = _ask_process(folder, "speed", sizes, some, min(rounds, 3), _ROBUST)
    return Figure(
        "Aggregation",
        _HOW,
        (
            _speed_row(what, seconds["fedavg"], seconds["read"]),
            _speed_row(what + _MOVED, seconds["re_express"], seconds["read"]),
            *(
                _memory_row(
                    f"memory for {number} models{suffix}", _ask_process(folder, act, sizes, number), elements * 4
                )
                for act, suffix in (("memory", ""), ("memory-re-express", _MOVED))
                for number in (few, many)
            ),
            *(_robust_row(f"{some} models, {name}", robust[name], robust["read"]) for name in _ROBUST),
            *(
                _memory_row(
                    f"memory for {many} models, {name}",
                    _ask_process(folder, "memory", sizes, many, strategies=[name]),
                    elements * 4,
                )
                for name in ("clip+trimmed_mean", "geometric_median")
            ),
        ),
    )


def _write_models(folder: Path, spec: ArchitectureSpec, number: int) -> None:
    """Write models that all differ."""
    layout, start = tensor_layout(spec), initial_state(spec, seed=0)
    for place in range(number):
        factor = np.float32(1 + place / number)
        with (folder / f"{place}.pt").open("wb") as file:
            for part in model_file_parts({name: each * factor for name, each in start.items()}, layout):
                file.write(part)


def _ask_process(
    folder: Path, what: str, sizes: str, models: int, rounds: int = 1, strategies: Sequence[str] = ("fedavg",)
) -> dict[str, list[float]]:
    arguments = [what, "--sizes", sizes, "--models", str(models), "--rounds", str(rounds)]
    arguments += [word for name in strategies for word in ("--strategy", name)]
    found: dict[str, list[float]] = json.loads(run("benchmarks.aggregation_process", arguments, folder))
    return found


def _speed_row(what: str, ours: list[float], floor: list[float]) -> Row:
    is_met = median(_ratios(ours, floor)) >= _TARGET
    return replace(_robust_row(what, ours, floor), target=f"≥ {_TARGET}", is_met=is_met)


def _robust_row(what: str, ours: list[float], floor: list[float]) -> Row:
    """Show what a rule takes beside the same reading: nobody waits for it, so it has no target."""
    ratios = _ratios(ours, floor)
    return Row(what, f"{middle(ours, '.2f')} s", f"{middle(floor, '.2f')} s", middle(ratios, ".2f"))


def _ratios(ours: list[float], floor: list[float]) -> list[float]:
    return [theirs / mine for mine, theirs in zip(ours, floor, strict=True)]


def _memory_row(what: str, found: dict[str, list[float]], model_bytes: int) -> Row:
    extra, model = found["extra"][0] / _MEBIBYTE, model_bytes / _MEBIBYTE
    allowed = 2 * model + _ROOM_MEBIBYTES
    return Row(
        what,
        f"{extra:.0f} MiB",
        f"{model:.0f} MiB (one model)",
        f"{extra / model:.1f}",
        f"≤ 2 models + {_ROOM_MEBIBYTES} MiB = {allowed:.0f} MiB",
        extra <= allowed,
    )
