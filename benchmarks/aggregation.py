"""The arithmetic: many large models averaged from files, beside merely reading those files; and its memory."""

import json
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.program import run
from benchmarks.report import Figure, Row, middle
from contract.architecture import ArchitectureSpec, initial_state, tensor_layout
from contract.model_file import model_file_parts

_TARGET = 0.3
_MEBIBYTE = 2**20
_ROOM_MEBIBYTES = 64
_MOVED = ", each moved behind another scaler"
_LARGE = ArchitectureSpec(1000, (2500, 3000), 3)
_SMALL = ArchitectureSpec(100, (200, 300), 3)
_HOW = (
    "FedAvg over models in files (page cache warm), summed in float64, tile by tile, against reading the same tiles of "
    "the same files into one buffer. Memory is the peak of a process of its own above what it had before: opening "
    "each file, averaging, and writing the result."
)


def measure(folder: Path, *, is_quick: bool) -> Figure:
    """Write the models, then let processes of their own average them."""
    spec, few, many, rounds = (_SMALL, 2, 4, 2) if is_quick else (_LARGE, 5, 50, 5)
    folder.mkdir()
    _write_models(folder, spec, many)
    sizes = ",".join(map(str, (spec.input_size, *spec.hidden_sizes, spec.output_size)))
    elements = sum(tensor.size for tensor in tensor_layout(spec))
    what = f"{many} models of {elements / 1e6:.1f} million numbers"
    seconds = _ask_process(folder, "speed", sizes, many, rounds)
    return Figure(
        "Aggregation",
        _HOW,
        (
            _speed_row(what, seconds["average"], seconds["read"]),
            _speed_row(what + _MOVED, seconds["re_express"], seconds["read"]),
            *(
                _memory_row(
                    f"memory for {number} models{suffix}", _ask_process(folder, act, sizes, number), elements * 4
                )
                for act, suffix in (("memory", ""), ("memory-re-express", _MOVED))
                for number in (few, many)
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


def _ask_process(folder: Path, what: str, sizes: str, models: int, rounds: int = 1) -> dict[str, list[float]]:
    arguments = [what, "--sizes", sizes, "--models", str(models), "--rounds", str(rounds)]
    found: dict[str, list[float]] = json.loads(run("benchmarks.aggregation_process", arguments, folder))
    return found


def _speed_row(what: str, ours: list[float], floor: list[float]) -> Row:
    ratios = [theirs / mine for mine, theirs in zip(ours, floor, strict=True)]
    return Row(
        what,
        f"{middle(ours, '.2f')} s",
        f"{middle(floor, '.2f')} s",
        middle(ratios, ".2f"),
        f"≥ {_TARGET}",
        median(ratios) >= _TARGET,
    )


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
