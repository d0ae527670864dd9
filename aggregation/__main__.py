"""The admin's script on plain folders: ``python -m aggregation received_results/*/ --out DIR``.

The only door of this package to files. Reads each folder's ``model.pt``, ``scaler.pkl`` and ``metadata.json`` with the
strict readers, averages, and writes ``model.pt``, ``scaler.pkl`` and ``card.json``, which
``fl-director model import DIR`` takes through the gate and publishes.
"""

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aggregation.clipping import capped_counts
from aggregation.errors import AggregationError
from aggregation.scaling import behind, merge_scalers
from aggregation.strategy import RULES, aggregate, strategy_named
from aggregation.updates import ModelUpdate, TensorsInFile
from contract.artifacts.model_file import locate_tensors, read_model, write_model
from contract.artifacts.scaler_file import read_scaler_file, write_scaler
from contract.errors import FederationError, UnknownTaskError
from contract.messages.global_models import Card, CardInput
from contract.names import Digest, TaskName
from contract.parts import GLOBAL_FILES, PART_OF, GlobalFileRole
from contract.scaler import ScalerState
from contract.tasks import BUILT_IN_TASKS, DIAGNOSIS_COUNT, Task

EXIT_OK, EXIT_USAGE, EXIT_REFUSED = 0, 2, 4


@dataclass(frozen=True)
class Folder:
    """One hospital's folder, read and checked."""

    name: str
    update: ModelUpdate
    scaler_sha256: Digest


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script; the result is its exit code."""
    options = _parser().parse_args(arguments)
    try:
        card = run(options)
    except FederationError as error:
        print(f"error: {error.sentence}", error.hint, sep="\n  ", file=sys.stderr)
        return EXIT_REFUSED
    except OSError as error:
        print(f"error: {error.filename}: {error.strerror}", file=sys.stderr)
        return EXIT_REFUSED
    print(card.model_dump_json(indent=2))
    return EXIT_OK


def run(options: argparse.Namespace) -> Card:
    """Average the folders and write the result; gives the card."""
    task = _task(options.task)
    if options.weights and len(options.weights) != len(options.folders):
        raise AggregationError(
            f"{len(options.folders)} folders but {len(options.weights)} weights.", hint="Give one weight a folder."
        )
    weights = options.weights or [None] * len(options.folders)
    given = {name: value for name, value in (("f", options.f), ("m", options.m)) if value is not None}
    strategy = strategy_named(options.strategy, given)
    folders = [_read_or_name(folder, task, weight) for folder, weight in zip(options.folders, weights, strict=True)]
    scaler = _target_scaler(folders, options.scaler)
    updates = [folder.update for folder in folders]
    if options.base is not None:
        updates = _trained_from(_read_or_name(options.base, task, 1).update, updates)
    if options.count_ratio is not None:
        updates = _capped(updates, options.count_ratio)
    combined = aggregate(updates, strategy, scaler)
    model_bytes, scaler_bytes = write_model(combined.state, task.layout), write_scaler(scaler)
    card = Card(
        task=task.name,
        strategy=strategy.name,
        parameters=dict(strategy.parameters),
        count_ratio=options.count_ratio,
        sha256=Digest.of(model_bytes),
        scaler_sha256=Digest.of(scaler_bytes),
        num_examples=sum(folder.update.num_examples for folder in folders),
        inputs=[
            CardInput(
                envoy_name=folder.name,
                model_sha256=folder.update.digest,
                scaler_sha256=folder.scaler_sha256,
                num_examples=folder.update.num_examples,
                weight=weight,
            )
            for folder, weight in zip(folders, combined.shares or [None] * len(folders), strict=True)
        ],
        notice=task.notice,
    )
    written: Mapping[GlobalFileRole, bytes] = {
        "model": model_bytes,
        "scaler": scaler_bytes,
        "card": card.model_dump_json(indent=2).encode() + b"\n",
    }
    options.out.mkdir(parents=True, exist_ok=True)
    for role, data in written.items():
        (options.out / GLOBAL_FILES[role]).write_bytes(data)
    return card


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m aggregation", description="Average the models of several folders into one global model."
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="model.pt, scaler.pkl, metadata.json")
    parser.add_argument("--out", required=True, type=Path, help="folder for model.pt, scaler.pkl, card.json")
    parser.add_argument("--weights", nargs="+", type=int, metavar="N", help="training rows; else from metadata.json")
    parser.add_argument("--scaler", default="merged", help="merged (the default), or the name of one folder")
    parser.add_argument("--strategy", default="fedavg", help=f"{', '.join(RULES)}; each also as clip+…; clip")
    parser.add_argument("--f", type=int, metavar="N", help="bad updates to bear, where the strategy has f; else 1")
    parser.add_argument("--m", type=int, metavar="N", help="updates that multi_krum chooses; else all but f")
    parser.add_argument("--base", type=Path, metavar="FOLDER", help="model.pt, scaler.pkl of the start; for clip")
    parser.add_argument("--count-ratio", type=_ratio, metavar="X", help="cap each count at X × the median; else none")
    parser.add_argument("--task", default=DIAGNOSIS_COUNT.name)
    return parser


def _ratio(text: str) -> float:
    ratio = float(text)
    if not 0 < ratio < math.inf:
        raise ValueError(text)
    return ratio


def _task(name: str) -> Task:
    task = BUILT_IN_TASKS.get(TaskName(name))
    if task is None:
        raise UnknownTaskError(f"There is no task {name!r}.", hint=f"Choose one of: {', '.join(BUILT_IN_TASKS)}.")
    return task


def _read_or_name(path: Path, task: Task, weight: int | None) -> Folder:
    """Read a folder; an error says which one."""
    try:
        return _read(path, task, weight)
    except FederationError as error:
        raise AggregationError(f"{path.name}: {error.sentence}", hint=error.hint, **error.facts) from error


def _read(path: Path, task: Task, weight: int | None) -> Folder:
    scaler_bytes = (path / PART_OF["scaler"].file_name).read_bytes()
    file = read_scaler_file(scaler_bytes, len(task.features))
    file.require_features([feature.name for feature in task.features])
    num_examples = _num_examples(path) if weight is None else weight
    if num_examples < 1:
        raise AggregationError(f"{num_examples} is no number of examples.", hint="It must be 1 or more.")
    model = path / PART_OF["model"].file_name
    data = model.read_bytes()
    read_model(data, task.layout)
    tensors = TensorsInFile(locate_tensors(data, task.layout), FileAt(model).read)
    update = ModelUpdate(Digest.of(data), num_examples, file.state, task.layout, tensors)
    return Folder(path.name, update, Digest.of(scaler_bytes))


def _trained_from(base: ModelUpdate, updates: Sequence[ModelUpdate]) -> list[ModelUpdate]:
    """Give each the state that all were trained from, behind its own scaler."""
    return [replace(update, base=behind(base, update.scaler).tensors) for update in updates]


def _capped(updates: Sequence[ModelUpdate], ratio: float) -> list[ModelUpdate]:
    counts = capped_counts([update.num_examples for update in updates], ratio)
    return [replace(update, num_examples=count) for update, count in zip(updates, counts, strict=True)]


def _num_examples(path: Path) -> int:
    try:
        return int(json.loads((path / PART_OF["metadata"].file_name).read_text(encoding="utf-8"))["num_examples"])
    except (FileNotFoundError, ValueError, KeyError, TypeError) as error:
        raise AggregationError(
            "metadata.json does not say num_examples.", hint="Mend it, or give --weights."
        ) from error


def _target_scaler(folders: Sequence[Folder], choice: str) -> ScalerState:
    """Choose the scaler that the result stands behind.

    Merged means: where several hospitals trained behind one scaler, the largest such (it counts their rows already);
    else the exact merge of each one's own. The function that comes out is the same behind any of them.
    """
    if choice != "merged":
        for folder in folders:
            if folder.name == choice:
                return folder.update.scaler
        names = ", ".join(folder.name for folder in folders)
        raise AggregationError(f"No folder is named {choice!r}.", hint=f"Choose merged, or one of: {names}.")
    uses = Counter(folder.update.scaler for folder in folders)
    shared = [scaler for scaler, count in uses.items() if count > 1]
    if shared:
        return max(shared, key=lambda scaler: (scaler.num_examples, scaler.mean, scaler.variance))
    return merge_scalers(list(uses))


class FileAt:
    """A file that is opened for each stretch: any number of folders needs one descriptor."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, offset: int, into: memoryview) -> None:
        """Fill ``into`` from ``offset`` on, or raise."""
        with self._path.open("rb", buffering=0) as file:
            file.seek(offset)
            done = 0
            while done < len(into):
                count = file.readinto(into[done:])
                if not count:
                    raise OSError(0, "the file became shorter while it was read", str(self._path))
                done += count


if __name__ == "__main__":
    sys.exit(main())
