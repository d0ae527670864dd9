"""Which definitions of tasks somebody at this hospital accepted, in a file of the envoy's home."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from contract.messages.tasks import TaskDescription
from contract.names import Digest, TaskName
from contract.tasks import Task
from envoy.errors import PolicyError
from envoy.kept_files import write_whole

_FILE = "accepted_tasks.json"


class AcceptedTask(BaseModel):
    """One definition, and since when it is accepted; ``description`` is null in a file of a version that kept none."""

    model_config = ConfigDict(frozen=True)

    task: TaskName
    digest: Digest
    cut_points: tuple[float, ...]
    accepted_at: datetime
    description: TaskDescription | None = None


class _Accepted(BaseModel):
    model_config = ConfigDict(frozen=True)

    accepted: tuple[AcceptedTask, ...] = ()


@dataclass(frozen=True)
class AcceptedTasks:
    """The file in the envoy's home; a definition that was accepted once stays so until the file is deleted."""

    home: Path

    @property
    def digests(self) -> frozenset[Digest]:
        """The accepted definitions.

        Raises:
            PolicyError: The file can't be read, so nobody knows what was accepted.
        """
        return frozenset(each.digest for each in self._read().accepted)

    def accept(self, task: Task, now: datetime) -> None:
        """Keep that a definition is accepted, for good before this returns."""
        kept = self._read().accepted
        if task.digest in {each.digest for each in kept}:
            return
        added = AcceptedTask(
            task=task.name,
            digest=task.digest,
            cut_points=task.cut_points,
            accepted_at=now,
            description=TaskDescription.of(task),
        )
        written = _Accepted(accepted=(*kept, added)).model_dump_json(indent=2)
        write_whole(self._path, written.encode() + b"\n")

    def last(self, name: TaskName) -> TaskDescription | None:
        """Give the definition of a task that was accepted last; None: there is none."""
        kept = [each.description for each in self._read().accepted if each.task == name]
        return kept[-1] if kept else None

    @property
    def _path(self) -> Path:
        return self.home / _FILE

    def _read(self) -> _Accepted:
        try:
            return _Accepted.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return _Accepted()
        except ValidationError:
            raise PolicyError(
                f"{self._path} can't be read: which tasks this hospital accepted is not known.",
                hint="Delete it and accept again: fl-envoy task accept",
            ) from None
