"""What this hospital starts from: the director's start, kept for days without a link; never a random one of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from contract.artifacts.model_file import read_model, write_model
from contract.artifacts.scaler_file import read_scaler
from contract.errors import UnknownTaskError
from contract.messages.tasks import Start, TaskDescription
from contract.names import Digest, TaskName
from contract.network import Layout, State, bias_name, weight_name
from contract.scaler import ScalerState, re_express_first_layer
from contract.tasks import BUILT_IN_TASKS, Task
from envoy.director_client import DirectorClient
from envoy.errors import PolicyError


class _KeptStart(BaseModel):
    """A start as it is kept in the envoy's home."""

    model_config = ConfigDict(frozen=True)

    task: TaskDescription
    start: Start


@dataclass(frozen=True)
class StartingPoint:
    """A task, the state that everyone starts from, and the merged scaler with its file where there is one."""

    task: Task
    base: Digest
    state: State
    scaler: ScalerState | None
    scaler_file: bytes | None

    def behind(self, scaler: ScalerState) -> State:
        """Give the start behind another scaler: the same function of the raw inputs.

        Before there is a merged scaler the start stands behind none, and is taken as it is.
        """
        if self.scaler is None or self.scaler == scaler:
            return self.state
        state: dict[str, NDArray[np.float32]] = dict(self.state)
        weight, bias = re_express_first_layer(state[weight_name(0)], state[bias_name(0)], self.scaler, scaler)
        state[weight_name(0)], state[bias_name(0)] = weight.astype(np.float32), bias.astype(np.float32)
        return state


class StartKeeper:
    """Fetches starts and keeps the last one of each task.

    Args:
        home: The envoy's home.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / "starts"

    def fetch(self, client: DirectorClient, task_name: TaskName) -> StartingPoint:
        """Fetch the director's start; files that are here already are not fetched again."""
        kept = _KeptStart(task=client.task(task_name), start=client.start(task_name))
        task, start = kept.task.to_task(), kept.start
        largest = {start.model_sha256: max_model_bytes(task.layout)}
        if start.scaler_sha256:
            largest[start.scaler_sha256] = max_scaler_bytes(len(task.features))
        files = {digest: self._file(digest) or client.blob(digest, largest[digest]) for digest in largest}
        self._keep(task_name, kept, files)
        return _opened(kept, files)

    def last(self, task_name: TaskName) -> StartingPoint:
        """Give the last start that was fetched, else the start that all parties share without asking.

        Raises:
            UnknownTaskError: There is neither.
        """
        try:
            kept = _KeptStart.model_validate_json((self._folder / f"{task_name}.json").read_bytes())
        except FileNotFoundError:
            return _shared_start(task_name)
        except ValidationError:
            raise PolicyError(
                "The kept start is of another version.", hint="Fetch a new one: fl-envoy evaluate"
            ) from None
        digests = [digest for digest in (kept.start.model_sha256, kept.start.scaler_sha256) if digest is not None]
        files = {digest: data for digest in digests if (data := self._file(digest)) is not None}
        if len(files) < len(set(digests)):
            return _shared_start(task_name)
        return _opened(kept, files)

    def _keep(self, task_name: TaskName, kept: _KeptStart, files: Mapping[Digest, bytes]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for digest, data in files.items():
            (self._folder / digest).write_bytes(data)
        arriving = self._folder / f"{task_name}.new"
        arriving.write_text(kept.model_dump_json(indent=2), encoding="utf-8")
        arriving.replace(self._folder / f"{task_name}.json")
        for path in self._folder.iterdir():
            if len(path.name) == 64 and path.name not in files:
                path.unlink()

    def _file(self, digest: Digest) -> bytes | None:
        try:
            data = (self._folder / digest).read_bytes()
        except FileNotFoundError:
            return None
        return data if Digest.of(data) == digest else None


def max_model_bytes(layout: Layout) -> int:
    """Give how large a ``model.pt`` of a layout can be: its numbers, and what names them."""
    return sum(4 * tensor.size + 1024 for tensor in layout) + 64 * 1024


def max_scaler_bytes(features: int) -> int:
    """Give how large a ``scaler.pkl`` of so many features can be: a few numbers and a name for each."""
    return 1024 * features + 64 * 1024


def _opened(kept: _KeptStart, files: Mapping[Digest, bytes]) -> StartingPoint:
    task, start = kept.task.to_task(), kept.start
    if task.digest != kept.task.digest or start.base != task.base(start.model_sha256, start.scaler_sha256):
        raise PolicyError(
            "The director and this envoy do not mean the same by this task.",
            hint="Install the same version of fl-director on both sides.",
        )
    state = read_model(files[start.model_sha256], task.layout)
    scaler_file = files[start.scaler_sha256] if start.scaler_sha256 else None
    scaler = read_scaler(scaler_file, len(task.features)) if scaler_file is not None else None
    return StartingPoint(task, start.base, state, scaler, scaler_file)


def _shared_start(task_name: TaskName) -> StartingPoint:
    task = BUILT_IN_TASKS.get(task_name)
    if task is None:
        raise UnknownTaskError(f"There is no task {task_name!r}.", hint=f"Choose one of: {', '.join(BUILT_IN_TASKS)}.")
    state = task.initial_state()
    model_sha256 = Digest.of(write_model(state, task.layout))
    return StartingPoint(task, task.base(model_sha256, None), state, None, None)
