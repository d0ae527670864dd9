"""The models that this hospital trained last, kept in the envoy's home to be asked again; knows no director."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from contract.artifacts.model_file import read_model
from contract.artifacts.scaler_file import read_scaler_for
from contract.names import Digest, TaskName
from contract.parts import Parcel
from contract.tasks import Task
from envoy.errors import PolicyError
from envoy.kept_files import write_whole
from envoy.prediction import Model

_FOLDER = "models"


class KeptModel(BaseModel):
    """Which model it is: of which definition of the task, in which files beside this one."""

    model_config = ConfigDict(frozen=True)

    task_digest: Digest
    model_sha256: Digest
    scaler_sha256: Digest
    kept_at: datetime


@dataclass(frozen=True)
class KeptModels:
    """The folder in the envoy's home: of each task one model, readable by its owner alone.

    Args:
        home: The envoy's home.
    """

    home: Path

    def keep(self, task: Task, parcel: Parcel, now: datetime) -> None:
        """Keep what was trained for a task, in the place of the one before."""
        digests = parcel.digests
        kept = KeptModel(
            task_digest=task.digest, model_sha256=digests["model"], scaler_sha256=digests["scaler"], kept_at=now
        )
        before = self._kept(task.name)
        for role in ("model", "scaler"):
            write_whole(self._file(task.name, digests[role]), parcel[role], lasting=False)
        write_whole(self._note(task.name), kept.model_dump_json(indent=2).encode() + b"\n", lasting=False)
        for digest in {before.model_sha256, before.scaler_sha256} - set(digests.values()) if before else ():
            self._file(task.name, digest).unlink(missing_ok=True)

    def last(self, task: Task) -> Model | None:
        """Give the model of a task as it is defined; None: none was trained here.

        Raises:
            PolicyError: It is damaged.
            ArtifactError: Likewise.
        """
        kept = self._kept(task.name)
        if kept is None or kept.task_digest != task.digest:
            return None
        model, scaler = (self._read(task.name, digest) for digest in (kept.model_sha256, kept.scaler_sha256))
        return Model(read_model(model, task.layout), read_scaler_for(scaler, task.column_names))

    def _read(self, name: TaskName, digest: Digest) -> bytes:
        path = self._file(name, digest)
        data = path.read_bytes() if path.exists() else b""
        if Digest.of(data) != digest:
            raise PolicyError(f"This hospital's kept model is damaged: {path}.", hint="Train again: fl-envoy train")
        return data

    def _kept(self, name: TaskName) -> KeptModel | None:
        try:
            return KeptModel.model_validate_json(self._note(name).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def _note(self, name: TaskName) -> Path:
        return self.home / _FOLDER / name / "model.json"

    def _file(self, name: TaskName, digest: Digest) -> Path:
        return self.home / _FOLDER / name / digest
