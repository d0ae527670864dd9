"""The admin's script on plain folders: ``python -m aggregation received_results/*/ --out DIR``.

With the modules of ``aggregation.script`` the only door of this package to files. Reads each folder's ``model.pt``,
``scaler.pkl`` and ``metadata.json`` with the strict readers, averages, and writes ``model.pt``, ``scaler.pkl`` and
``card.json``, which ``fl-director model import DIR`` takes through the gate and publishes.
"""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from aggregation.clipping import capped_counts
from aggregation.errors import AggregationError
from aggregation.rules.combined import Combined
from aggregation.scaling import merge_scalers
from aggregation.script.bases import about_bases, different_bases, match, read_bases
from aggregation.script.folders import Folder, read_folders, read_task_of
from aggregation.script.options import Options, read_options
from aggregation.script.result import require_place, write_result
from aggregation.script.same_hospitals import require_different_hospitals
from aggregation.script.same_models import require_different_models
from aggregation.script.shown import shown, shown_path
from aggregation.strategy import aggregate, strategy_named
from aggregation.updates import ModelUpdate
from contract.artifacts.model_file import write_model
from contract.artifacts.scaler_file import write_scaler
from contract.errors import FederationError, UnknownTaskError
from contract.messages.global_models import Card, CardInput
from contract.names import Digest, TaskName
from contract.parts import GLOBAL_FILES, GlobalFileRole
from contract.scaler import ScalerState
from contract.stream_characters import fit_streams
from contract.tasks import BUILT_IN_TASKS, Task
from contract.visible_text import visible_json

EXIT_OK, EXIT_REFUSED = 0, 4

_RATIO_WITHOUT_EFFECT = 1e12  # more than any count is above any other; the product of a larger one may overflow


@dataclass(frozen=True)
class Outcome:
    """A result that is written.

    Args:
        card: What it is and rests on.
        note: What the reader should know besides, as sentence and hint; None: nothing.
    """

    card: Card
    note: tuple[str, str] | None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script; the result is its exit code. What was wrong is said on standard error."""
    fit_streams()
    try:
        options = read_options(arguments)
    except SystemExit as end:
        return int(end.code or EXIT_OK)
    try:
        outcome = run(options)
    except FederationError as error:
        _say("error", error.sentence, error.hint)
        return EXIT_REFUSED
    if outcome.note is not None:
        _say("note", *outcome.note)
    return _show(outcome.card, options)


def run(options: Options) -> Outcome:
    """Average the folders and write the result.

    Raises:
        FederationError: It can't be done; nothing was written.
    """
    task = _task(options.task)
    strategy = strategy_named(options.strategy, options.parameters)
    require_place(options.out, GLOBAL_FILES.values(), [*options.folders, *options.bases])
    folders = read_folders(options.folders, options.weights, task)
    scaler = _target_scaler(folders, options.scaler)
    require_different_hospitals(folders)
    require_different_models(folders, scaler)
    updates = [folder.update for folder in folders]
    bases = read_bases(options.bases, task)
    note = None if bases or options.plain else different_bases(folders)
    if bases:
        matched = match(folders, bases)
        note, updates = matched.note, about_bases(updates, matched.bases, bases[0], scaler)
    if options.count_ratio is not None:
        updates = _capped(updates, options.count_ratio)
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused by the writer
        combined = aggregate(updates, strategy, scaler)
    model, scaler_file = write_model(combined.state, task.layout), write_scaler(scaler)
    card = Card(
        task=task.name,
        strategy=strategy.name,
        parameters=dict(strategy.parameters),
        count_ratio=options.count_ratio,
        sha256=Digest.of(model),
        scaler_sha256=Digest.of(scaler_file),
        num_examples=sum(folder.update.num_examples for folder in folders),
        inputs=_inputs(folders, combined),
        bases=[base.as_on_card() for base in bases],
        notice=task.notice,
    )
    card_file = card.model_dump_json(indent=2).encode() + b"\n"
    written: Mapping[GlobalFileRole, bytes] = {"model": model, "scaler": scaler_file, "card": card_file}
    write_result(options.out, {GLOBAL_FILES[role]: data for role, data in written.items()})
    return Outcome(card, note)


def _inputs(folders: Sequence[Folder], combined: Combined) -> list[CardInput]:
    return [
        CardInput(
            envoy_name=shown(folder.name),
            model_sha256=folder.update.digest,
            scaler_sha256=folder.scaler_sha256,
            num_examples=folder.update.num_examples,
            weight=weight,
            base=folder.base,
        )
        for folder, weight in zip(folders, combined.shares or [None] * len(folders), strict=True)
    ]


def _say(kind: str, sentence: str, hint: str) -> None:
    print(f"{kind}: {sentence}", *([hint] if hint else []), sep="\n  ", file=sys.stderr)


def _show(card: Card, options: Options) -> int:
    """Print the card; where nobody reads it any more, the result is whole all the same."""
    try:
        print(visible_json(card.model_dump_json(indent=2)), flush=True)
    except OSError as error:
        _say(
            "error",
            f"The card can't be printed ({error.strerror}).",
            f"The result is whole, in {shown_path(options.out)}.",
        )
        return EXIT_REFUSED
    return EXIT_OK


def _task(said: str) -> Task:
    if said.endswith(".toml"):
        return read_task_of(Path(said))
    task = BUILT_IN_TASKS.get(TaskName(said))
    if task is None:
        known = ", ".join(BUILT_IN_TASKS)
        raise UnknownTaskError(f"There is no task {said!r}.", hint=f"Choose one of: {known}; or name a task's .toml.")
    return task


def _capped(updates: Sequence[ModelUpdate], ratio: float) -> list[ModelUpdate]:
    counts = capped_counts([update.num_examples for update in updates], min(ratio, _RATIO_WITHOUT_EFFECT))
    return [replace(update, num_examples=count) for update, count in zip(updates, counts, strict=True)]


def _target_scaler(folders: Sequence[Folder], choice: str) -> ScalerState:
    """Choose the scaler that the result stands behind.

    Merged means: where several hospitals trained behind one scaler, the largest such (it counts their rows already);
    else the exact merge of each one's own. The function that comes out is the same behind any of them.
    """
    if choice != "merged":
        return _chosen(folders, choice).update.scaler
    uses = Counter(folder.update.scaler for folder in folders)
    shared = [scaler for scaler, count in uses.items() if count > 1]
    if shared:
        return max(shared, key=lambda scaler: (scaler.num_examples, scaler.mean, scaler.variance))
    return merge_scalers(list(uses))


def _chosen(folders: Sequence[Folder], choice: str) -> Folder:
    fitting = [folder for folder in folders if choice in (folder.name, folder.own_name)]
    names = ", ".join(folder.label for folder in fitting or folders)
    if not fitting:
        raise AggregationError(f"No folder is named '{shown(choice)}'.", hint=f"Choose merged, or one of: {names}.")
    if len(fitting) > 1:
        raise AggregationError(
            f"--scaler {shown(choice)} is ambiguous: it fits {names}.",
            hint="Choose merged, or the name of one hospital.",
        )
    return fitting[0]


if __name__ == "__main__":
    sys.exit(main())
