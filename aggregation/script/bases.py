"""The starts that the models were trained from: which is whose, and models of several starts moved onto one of them.

A plain average of models from different starts pulls the newer ones back towards the older start. So, where the starts
are given, each model counts as its change about its own base: B + Σ share · (w - base), where B is the first one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aggregation.errors import AggregationError
from aggregation.movement import Origin, carried_over
from aggregation.script.folders import (
    Folder,
    labels_of,
    naming,
    read_model_file,
    read_scaler_of,
    require_folder,
)
from aggregation.updates import ModelUpdate, Tensors
from contract.messages.global_models import CardBase
from contract.names import Digest
from contract.scaler import ScalerState
from contract.tasks import Task

_SHOWN_DIGITS = 12
_SHOWN_NAMES = 6


@dataclass(frozen=True)
class Base:
    """A start, read and checked.

    Args:
        label: What its folder is called where people read.
        digest: Its name, which the metadata of a model that was trained from it gives.
        model_sha256: Of its model.pt.
        scaler_sha256: Of its scaler.pkl; None: it has none.
        tensors: Its numbers.
        scaler: What they stand behind; None: they stand as they are behind whichever scaler a hospital has.
    """

    label: str
    digest: Digest
    model_sha256: Digest
    scaler_sha256: Digest | None
    tensors: Tensors
    scaler: ScalerState | None

    def as_on_card(self) -> CardBase:
        """Name it as a part of the result's lineage."""
        return CardBase(base=self.digest, model_sha256=self.model_sha256, scaler_sha256=self.scaler_sha256)


def read_bases(paths: Sequence[Path], task: Task) -> list[Base]:
    """Read the folders of the starts; a start of hospitals that each have a scaler of their own has no scaler.pkl.

    Raises:
        AggregationError: A folder is none, or can't be used: the sentence says which and why.
    """
    return [_read(path, label, task) for path, label in zip(paths, labels_of(paths), strict=True)]


@dataclass(frozen=True)
class Matched:
    """Which model was trained from which start.

    Args:
        bases: One a folder, in the folders' order.
        note: What the reader should know about it, as sentence and hint; None: it is plain.
    """

    bases: Sequence[Base]
    note: tuple[str, str] | None = None


def match(folders: Sequence[Folder], bases: Sequence[Base]) -> Matched:
    """Find the start of each model by what its metadata names.

    A single start that nobody names is taken for all: an older file names none, and where a federation has moved its
    cut points the names are others than the task that is known here gives.

    Args:
        folders: The hospitals'.
        bases: The starts that were given, at least one.

    Raises:
        AggregationError: A folder names none of them.
    """
    known = {base.digest: base for base in bases}
    named = {folder.base for folder in folders} - {None}
    if len(known) == 1 and not named & known.keys():
        (only,) = known.values()
        return Matched([only] * len(folders), _taken_for_all(only, folders) if named else None)
    return Matched([_base_of(folder, known) for folder in folders])


def about_bases(
    updates: Sequence[ModelUpdate], bases: Sequence[Base], onto: Base, scaler: ScalerState
) -> list[ModelUpdate]:
    """Give each update its own start, and move it with its change where that is another than ``onto``.

    Updates that were trained from ``onto`` stay what they are: of those alone any strategy gives the same bytes as
    without a start.

    Args:
        updates: The models.
        bases: The start of each.
        onto: The start that all shall lie about afterwards.
        scaler: What the result stands behind; so does what is moved.
    """
    return [_moved(update, base, onto, scaler) for update, base in zip(updates, bases, strict=True)]


def different_bases(folders: Sequence[Folder]) -> tuple[str, str] | None:
    """Say that the folders name different starts, as sentence and hint; None: they don't."""
    if len({folder.base for folder in folders} - {None}) < 2:
        return None
    return (
        f"The models were trained from different starts: {_named(folders)}. A plain average of models from different "
        "starts pulls the newer ones back towards the older start.",
        "To average each as its change about its own start, give the starts, the newest first: --base FOLDER …; "
        "for the plain average without this note: --plain.",
    )


def _read(path: Path, label: str, task: Task) -> Base:
    require_folder(path, label)
    with naming(label):
        try:
            scaler_sha256, scaler = read_scaler_of(path, task)
        except FileNotFoundError:
            scaler_sha256, scaler = None, None
        model_sha256, tensors = read_model_file(path, task)
    return Base(label, task.base(model_sha256, scaler_sha256), model_sha256, scaler_sha256, tensors, scaler)


def _base_of(folder: Folder, known: Mapping[Digest, Base]) -> Base:
    if folder.base is None and len(known) == 1:
        (only,) = known.values()
        return only
    if folder.base is None:
        raise AggregationError(
            f"{folder.label} does not say which of the {len(known)} starts given it was trained from.",
            hint="Let its metadata.json name its base, or leave the folder out.",
        )
    if folder.base not in known:
        given = ", ".join(f"{base.label} is {_short(base.digest)}" for base in known.values())
        raise AggregationError(
            f"{folder.label} was trained from {_short(folder.base)}, which is none of the starts given ({given}).",
            hint="Add the folder of its start to --base (without scaler.pkl, if each hospital had its own), or leave "
            "this folder out.",
        )
    return known[folder.base]


def _moved(update: ModelUpdate, base: Base, onto: Base, scaler: ScalerState) -> ModelUpdate:
    started = replace(update, base=Origin(base.tensors, base.scaler).behind(update.scaler, update))
    if base.digest == onto.digest:
        return started
    return carried_over(started, Origin(onto.tensors, onto.scaler), scaler)


def _taken_for_all(only: Base, folders: Sequence[Folder]) -> tuple[str, str]:
    return (
        f"No model names {only.label} ({_short(only.digest)}) as its start: {_named(folders)}. It is taken for the "
        "start of all.",
        "That is right where the federation has moved its cut points, which changes those names, and wrong where the "
        "folder is that of another start.",
    )


def _named(folders: Sequence[Folder]) -> str:
    """Give the starts that folders name, in the order in which they come, with those who name them."""
    by_base: dict[Digest | None, list[str]] = {}
    for folder in folders:
        by_base.setdefault(folder.base, []).append(folder.label)
    nameless = by_base.pop(None, [])
    parts = [f"{_listed(labels)} from {_short(base)}" for base, labels in by_base.items() if base is not None]
    return ", ".join(parts + ([f"{_listed(nameless)} from one not named"] if nameless else []))


def _listed(labels: Sequence[str]) -> str:
    more = len(labels) - _SHOWN_NAMES
    few = [*labels[:_SHOWN_NAMES], *([f"{more} others"] if more > 0 else [])]
    return few[0] if len(few) == 1 else f"{', '.join(few[:-1])} and {few[-1]}"


def _short(digest: Digest) -> str:
    return digest[:_SHOWN_DIGITS]
