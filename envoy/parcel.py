"""The labelled parcel: exactly the parts of an upload, packed, looked at, and kept as a folder."""

import io
import json
import platform
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contract.artifacts.model_file import read_model
from contract.artifacts.scaler_file import read_scaler_for
from contract.artifacts.training_log import check_training_log, read_training_log
from contract.errors import ArtifactError
from contract.messages.base import MetricValue
from contract.messages.uploads import UploadMetadata
from contract.metadata_file import read_metadata_file
from contract.metrics import require_metrics
from contract.names import Digest
from contract.parts import PART_OF, PARTS, FileRole, Parcel
from contract.plain_files import read_bounded
from contract.tasks import Task
from envoy.errors import DataError
from envoy.evaluation import leaving
from envoy.house_rules import HouseRules

MAX_PART_BYTES = 1 << 28
"""No part of a parcel is larger, whatever the director takes."""
_WHICH_FOLDER = "Name a folder of fl-envoy train --offline; fl-envoy send alone sends what waits in the home."
_COPY_AGAIN = "Copy the whole folder again from where it was packed, or train again with --offline; nothing was sent."
_SOFTWARE = ("fl-director", "torch", "scikit-learn", "numpy", "pandas")


def label_of(parcel: Parcel) -> UploadMetadata:
    """Read what the parcel says of itself; raises as ``read_metadata_file``."""
    return read_metadata_file(parcel["metadata"])


def check_parcel(parcel: Parcel, task: Task) -> None:
    """Look at a parcel with the director's own readers before it travels; raises as they do."""
    read_model(parcel["model"], task.layout)
    _check_scaler(parcel["scaler"], task.column_names)
    log = parcel.get("log")
    if log is not None:
        check_training_log(log)


@lru_cache(maxsize=4)
def _check_scaler(data: bytes, features: tuple[str, ...]) -> None:
    """Look at a scaler; all rounds of a run have the same."""
    read_scaler_for(data, features)


def ready_to_send(parcel: Parcel, task: Task, rules: HouseRules) -> Parcel:
    """Give a parcel as it may leave: looked through as if it were packed now, under a label of our own writing.

    What a folder's metadata and log hold beside what is known (``UploadMetadata``, ``contract.metrics``) stays here.
    Digests are those of the parts as they leave.

    Args:
        parcel: From whatever made it.
        task: The task that its label names, as this hospital agreed to it.
        rules: The hospital's own limits.

    Raises:
        DataError: The label is of another task, or of other files.
        PolicyError: It was made from too few patients.
        ArtifactError: A part is not what the director's readers take.
        MetricError: A metric has a value that it can't have.
    """
    label = label_of(parcel)
    if label.task != task.name:
        raise DataError(f"The parcel is of task {label.task}, not {task.name}.", hint="Train again.")
    rules.require_enough(task, label.num_examples)
    found = {part.role: parcel.digests.get(part.role) for part in PARTS if part.role != "metadata"}
    changed_parts = [PART_OF[role].file_name for role in found if _named(label, role) not in (None, found[role])]
    if changed_parts:
        raise DataError(
            f"Not as it was packed, by the digest in metadata.json: {', '.join(changed_parts)}.",
            hint=_COPY_AGAIN,
        )
    check_parcel(parcel, task)
    require_metrics(label.metrics)
    parts = dict(parcel.parts)
    if "log" in parts:
        parts["log"] = _log_leaving(read_training_log(parts["log"]).written)
    anew = Parcel(parts)
    digests = {f"{role}_sha256": anew.digests.get(role) for role in found}
    changed = {**digests, "metrics": leaving(label.metrics)}
    label = label.model_copy(update=changed)
    return Parcel({**anew.parts, "metadata": _written(label)})


def _log_leaving(log: bytes) -> bytes:
    """Give a log that a version packed which let more leave; what it need not change it leaves as it is."""
    lines = log.splitlines(keepends=True)
    if not any(b'"confusion"' in line for line in lines):
        return log
    return b"".join(json.dumps(_leaving(json.loads(line)), allow_nan=False).encode() + b"\n" for line in lines)


def write_parcel(parcel: Parcel, folder: Path) -> None:
    """Write the parts into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        data = parcel.get(part.role)
        if data is not None:
            (folder / part.file_name).write_bytes(data)


def read_parcel(folder: Path) -> Parcel:
    """Read the parts from a folder; one that an upload need not have may be missing, if the metadata names none.

    Raises:
        DataError: It is no folder, parts did not arrive or are empty, or the metadata can't be read.
        ArtifactError: Something else than a file of bounded size stands in the place of a part.
    """
    if not folder.is_dir():
        why = "is a file" if folder.exists() else "is not there"
        raise DataError(f"{folder} {why}: a parcel is a folder of {len(PARTS)} files.", hint=_WHICH_FOLDER)
    found: dict[FileRole, bytes] = {}
    for part in PARTS:
        with suppress(FileNotFoundError):
            found[part.role] = read_bounded(folder / part.file_name, MAX_PART_BYTES)
    missing = [part.role for part in PARTS if part.is_required and part.role not in found]
    _require_arrived(folder, found, missing)
    parcel = Parcel(found)
    try:
        label = label_of(parcel)
    except ArtifactError as error:
        raise DataError(
            f"{folder}/metadata.json is damaged: {error.sentence}", hint="Copy it again, or train again with --offline."
        ) from None
    named = [part.role for part in PARTS if part.role not in found and _named(label, part.role) is not None]
    _require_arrived(folder, found, named)
    return parcel


def _require_arrived(folder: Path, found: Mapping[FileRole, bytes], missing: Sequence[FileRole]) -> None:
    """Name in one sentence what lacks in a parcel's folder, and what is empty there."""
    empty = [part.role for part in PARTS if found.get(part.role) == b""]
    wrong = [
        f"{what} {', '.join(PART_OF[role].file_name for role in roles)}"
        for what, roles in (("lacks", missing), ("holds nothing in", empty))
        if roles
    ]
    if len(missing) == len(PARTS) - 1:  # all that must be there: another folder was meant
        raise DataError(f"{folder} lacks metadata.json and the rest of a parcel.", hint=_WHICH_FOLDER)
    if wrong:
        raise DataError(
            f"The parcel is not whole: {folder} {' and '.join(wrong)}.",
            hint=_COPY_AGAIN,
        )


def _named(label: UploadMetadata, role: FileRole) -> Digest | None:
    """Give the digest under which a label names a part; None: it names none."""
    digest: Digest | None = getattr(label, f"{role}_sha256", None)
    return digest


def pack(
    *,
    task: Task,
    base: Digest,
    state: Mapping[str, NDArray[np.float32]],
    scaler: bytes,
    num_examples: int,
    metrics: Mapping[str, MetricValue],
    log: Sequence[Mapping[str, object]],
    seed: int,
    trained_at: datetime | None = None,
    round_number: int | None = None,
    cohort: Digest | None = None,
) -> Parcel:
    """Pack a trained model: a plain state_dict as ``torch.save`` writes it, its scaler, its log, its label.

    An update for a round says which (``round_number``) and of which ``cohort``, and not when it was trained: the same
    training gives the same bytes.
    """
    software = software_versions()
    told = [{**_leaving(line), "software": software} for line in log]
    lines = "".join(json.dumps(line, allow_nan=False) + "\n" for line in told).encode()
    parts: dict[FileRole, bytes] = {"model": _saved(task, state), "scaler": scaler, "log": lines}
    metadata = UploadMetadata.model_validate(
        {
            "task": task.name,
            "num_examples": num_examples,
            "base": base,
            "metrics": leaving(metrics),
            "seed": seed,
            "local_epochs": task.training.local_epochs,
            "software": software,
            **_said(trained_at=trained_at, round=round_number, cohort=cohort),
            **{f"{role}_sha256": digest for role, digest in Parcel(parts).digests.items()},
        }
    )
    parcel = Parcel({"metadata": _written(metadata), **parts})
    check_parcel(parcel, task)
    return parcel


def own_scaler_file(task: Task, x: NDArray[np.float64]) -> bytes:
    """Fit a ``StandardScaler`` to the training rows and dump it as scikit-learn's users do.

    What is 0 or 1 is left as it is, as in ``Task.fit_scaler``.
    """
    import joblib  # late: scikit-learn takes a second, and most hospitals use the merged scaler
    from sklearn.preprocessing import StandardScaler

    file = io.BytesIO()
    fitted, is_binary = StandardScaler().fit(x), [column.is_binary for column in task.columns]
    fitted.mean_[is_binary], fitted.var_[is_binary], fitted.scale_[is_binary] = 0.0, 1.0, 1.0
    joblib.dump(fitted, file)
    return file.getvalue()


def _leaving(line: Mapping[str, object]) -> Mapping[str, object]:
    """Give a line of the log as it may leave."""
    found = line.get("validation")
    return {**line, "validation": leaving(found)} if isinstance(found, Mapping) else line


def _said(**facts: object) -> dict[str, object]:
    """Leave out what is not said: a director of the version before does not know each of them."""
    return {name: value for name, value in facts.items() if value is not None}


@cache
def software_versions() -> Mapping[str, str]:
    """Look up the versions of what trains, once: it takes as long as a small training."""
    return {name: version(name) for name in _SOFTWARE} | {"python": platform.python_version()}


def _written(label: UploadMetadata) -> bytes:
    return label.model_dump_json(indent=2, exclude_unset=True).encode()


def _saved(task: Task, state: Mapping[str, NDArray[np.float32]]) -> bytes:
    import torch  # late: sending a parcel that is packed already needs no torch

    file = io.BytesIO()
    torch.save({tensor.name: torch.from_numpy(state[tensor.name].copy()) for tensor in task.layout}, file)
    return file.getvalue()
