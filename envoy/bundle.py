"""The labelled parcel: exactly the parts of an upload, in memory or as a folder."""

import io
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contract.artifacts.model_file import read_model
from contract.artifacts.scaler_file import read_scaler
from contract.artifacts.training_log import check_training_log
from contract.messages import MetricValue, UploadMetadata
from contract.names import Digest
from contract.tasks import Task
from envoy.errors import DataError

_SOFTWARE = ("fl-director", "torch", "scikit-learn", "numpy", "pandas")
_FILES = {"metadata": "metadata.json", "model": "model.pt", "scaler": "scaler.pkl", "log": "training.log"}


@dataclass(frozen=True)
class Bundle:
    """What leaves the hospital, and nothing else does."""

    metadata: bytes
    model: bytes
    scaler: bytes
    log: bytes

    @property
    def parts(self) -> Mapping[str, bytes]:
        """Each part of the upload by its name."""
        return {"metadata": self.metadata, "model": self.model, "scaler": self.scaler, "log": self.log}

    @property
    def key(self) -> Digest:
        """What a repeated upload of the same parcel is known by."""
        return Digest.of(b"".join(Digest.of(part).encode() for part in self.parts.values()))

    def described(self) -> UploadMetadata:
        """Read the metadata."""
        return UploadMetadata.model_validate_json(self.metadata)

    def check(self, task: Task) -> None:
        """Look at it with the director's own readers before it travels."""
        read_model(self.model, task.layout)
        read_scaler(self.scaler, len(task.features))
        check_training_log(self.log)

    def write(self, folder: Path) -> None:
        """Write the parts into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for part, name in _FILES.items():
            (folder / name).write_bytes(self.parts[part])

    @classmethod
    def read(cls, folder: Path) -> "Bundle":
        """Read the parts from a folder; the training log may be missing.

        Raises:
            DataError: A part is missing, or the metadata can't be read.
        """
        found: dict[str, bytes] = {}
        for part, name in _FILES.items():
            try:
                found[part] = (folder / name).read_bytes()
            except FileNotFoundError:
                if part != "log":
                    raise DataError(
                        f"{folder} lacks {name}.", hint="Name a folder of fl-envoy train --offline."
                    ) from None
                found[part] = b""
        bundle = cls(**found)
        try:
            bundle.described()
        except ValueError:
            raise DataError(f"{folder}/metadata.json is damaged.", hint="Train again with --offline.") from None
        return bundle


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
    trained_at: datetime,
) -> Bundle:
    """Pack a trained model: a plain state_dict as ``torch.save`` writes it, its scaler, its log, its label."""
    model = _saved(task, state)
    software = {name: version(name) for name in _SOFTWARE} | {"python": platform.python_version()}
    lines = "".join(json.dumps({**line, "software": software}, allow_nan=False) + "\n" for line in log).encode()
    metadata = UploadMetadata(
        task=task.name,
        num_examples=num_examples,
        base=base,
        metrics=dict(metrics),
        seed=seed,
        local_epochs=task.training.local_epochs,
        software=software,
        model_sha256=Digest.of(model),
        scaler_sha256=Digest.of(scaler),
        log_sha256=Digest.of(lines),
        trained_at=trained_at,
    )
    bundle = Bundle(metadata.model_dump_json(indent=2).encode(), model, scaler, lines)
    bundle.check(task)
    return bundle


def own_scaler_file(x: NDArray[np.float64]) -> bytes:
    """Fit a ``StandardScaler`` to the training rows and dump it as scikit-learn's users do."""
    import joblib  # late: scikit-learn takes a second, and most hospitals use the merged scaler
    from sklearn.preprocessing import StandardScaler

    file = io.BytesIO()
    joblib.dump(StandardScaler().fit(x), file)
    return file.getvalue()


def _saved(task: Task, state: Mapping[str, NDArray[np.float32]]) -> bytes:
    import torch  # late: sending a bundle that is packed already needs no torch

    file = io.BytesIO()
    torch.save({tensor.name: torch.from_numpy(state[tensor.name].copy()) for tensor in task.layout}, file)
    return file.getvalue()
