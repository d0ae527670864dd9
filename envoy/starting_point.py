"""What this hospital starts from: the director's start, kept for days without a link; never a random one of its own."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from contract.artifacts.model_file import read_model, write_model
from contract.artifacts.scaler_file import read_scaler_for
from contract.errors import InvalidNameError, UnknownTaskError
from contract.messages.tasks import Start, TaskDescription
from contract.names import Digest, TaskName
from contract.network import Layout, State
from contract.scaler import ScalerState, re_expressed
from contract.tasks import BUILT_IN_TASKS, Task
from envoy.accepted_tasks import AcceptedTasks
from envoy.director_client import DirectorClient
from envoy.errors import PolicyError
from envoy.house_rules import USUAL_RULES, HouseRules, agreed_task, known_task, needs_a_word
from envoy.kept_files import write_whole
from envoy.operating_system import private_folder


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
        return re_expressed(self.state, self.scaler, scaler)


class StartKeeper:
    """Fetches starts and keeps the last one of each task.

    Args:
        home: The envoy's home.
        rules: The hospital's limits.
    """

    def __init__(self, home: Path, rules: HouseRules = USUAL_RULES) -> None:
        self._folder = home / "starts"
        self._accepted = AcceptedTasks(home)
        self._rules = rules

    def task(self, client: DirectorClient, name: TaskName) -> Task:
        """Fetch a task, and give it if this hospital may train for it.

        What the home has a start of was trained for by a version that did not ask: it counts as accepted.

        Raises:
            PolicyError: As ``agreed_task``.
        """
        return self.agreed(client.task(name), name)

    def agreed(self, said: TaskDescription, name: TaskName) -> Task:
        """Give a task that a director described, if this hospital may train for it. Raises as ``agreed_task``."""
        accepted = self._accepted.digests
        kept = self._trained_for(name) if name in BUILT_IN_TASKS else frozenset[Digest]()
        task = agreed_task(said, name, self._rules, accepted | kept)
        if task.digest in kept - accepted and needs_a_word(task):
            self._accepted.accept(task, datetime.now(UTC))
        return task

    def accept(self, task: Task) -> None:
        """Keep that somebody here accepted a task; a start of another definition of it is one no more."""
        self._accepted.accept(task, datetime.now(UTC))
        if task.name not in BUILT_IN_TASKS and self._trained_for(task.name) != {task.digest}:
            (self._folder / f"{task.name}.json").unlink(missing_ok=True)

    def last_task(self, name: TaskName) -> Task:
        """Give the task that was fetched or accepted last, else the built-in one; asks nobody. Raises as ``last``."""
        kept = self._kept(name)
        said = None if kept is None else kept.task
        if said is None and name not in BUILT_IN_TASKS:
            said = self._accepted.last(name)
        return _known(name) if said is None else known_task(said, name, self._rules)

    def last_version(self, name: TaskName) -> int | None:
        """Give the global model behind the last start; None: there was none. Raises as ``last``."""
        kept = self._kept(name)
        return None if kept is None else kept.start.global_version

    def fetch(self, client: DirectorClient, task: Task) -> StartingPoint:
        """Fetch the director's start of a task that it gave; files that are here already are not fetched again."""
        start = client.start(task.name)
        largest = {start.model_sha256: written_model_bytes(task.layout)}
        if start.scaler_sha256:
            largest[start.scaler_sha256] = written_scaler_bytes(len(task.columns))
        files = {digest: self._file(digest) or client.blob(digest, largest[digest]) for digest in largest}
        opened = opened_start(task, start, files)
        self._keep(task.name, _KeptStart(task=TaskDescription.of(task), start=start), files)
        return opened

    def last(self, name: TaskName) -> StartingPoint:
        """Give the last start that was fetched, else the start that all parties share without asking.

        Raises:
            UnknownTaskError: There is neither.
            PolicyError: What is kept can't be read, or is a task that this hospital does not train for.
        """
        kept, task = self._kept(name), self.last_task(name)
        if kept is None:
            return _shared_start(task)
        digests = [digest for digest in (kept.start.model_sha256, kept.start.scaler_sha256) if digest is not None]
        files = {digest: data for digest in digests if (data := self._file(digest)) is not None}
        return opened_start(task, kept.start, files) if len(files) == len(set(digests)) else _shared_start(task)

    def _kept(self, name: TaskName) -> _KeptStart | None:
        try:
            return _KeptStart.model_validate_json((self._folder / f"{name}.json").read_bytes(), extra="ignore")
        except FileNotFoundError:
            return None
        except ValidationError:
            raise PolicyError(
                "The kept start is of another version.", hint="Fetch a new one: fl-envoy evaluate"
            ) from None

    def _trained_for(self, name: TaskName) -> frozenset[Digest]:
        try:
            kept = self._kept(name)
        except PolicyError:  # a new one takes its place
            return frozenset()
        return frozenset() if kept is None else frozenset({kept.task.digest})

    def _keep(self, task_name: TaskName, kept: _KeptStart, files: Mapping[Digest, bytes]) -> None:
        private_folder(self._folder)
        for digest, data in files.items():
            (self._folder / digest).write_bytes(data)
        write_whole(self._folder / f"{task_name}.json", kept.model_dump_json(indent=2).encode(), lasting=False)
        wanted = self._wanted()
        for path in self._folder.iterdir():
            if len(path.name) == 64 and path.name not in wanted:
                path.unlink()

    def _wanted(self) -> frozenset[str]:
        """Give the files of all tasks' starts."""
        found: set[str] = set()
        for path in self._folder.glob("*.json"):
            with suppress(PolicyError, InvalidNameError):  # of another version: a new one takes its place
                kept = self._kept(TaskName(path.stem))
                found |= {kept.start.model_sha256, kept.start.scaler_sha256 or ""} if kept else set()
        return frozenset(found)

    def _file(self, digest: Digest) -> bytes | None:
        try:
            data = (self._folder / digest).read_bytes()
        except FileNotFoundError:
            return None
        return data if Digest.of(data) == digest else None


def written_model_bytes(layout: Layout) -> int:
    """Bound a ``model.pt`` that a director wrote: its numbers and their names.

    Its writer is plain, so this is far less than the contract's ``max_model_bytes`` of whatever a hospital may upload.
    """
    return sum(4 * tensor.size + 1024 for tensor in layout) + 64 * 1024


def written_scaler_bytes(features: int) -> int:
    """Bound a ``scaler.pkl`` that a director wrote, likewise."""
    return 1024 * features + 64 * 1024


def opened_start(task: Task, start: Start, files: Mapping[Digest, bytes]) -> StartingPoint:
    """Read the files of a start.

    Raises:
        PolicyError: Its name is not what this hospital's definition of the task gives.
        ArtifactError: A file is not what the strict readers take.
    """
    if start.base != task.base(start.model_sha256, start.scaler_sha256):
        raise PolicyError(
            "The director and this envoy do not mean the same by this task.",
            hint="Install the same version of fl-director on both sides.",
        )
    state = read_model(files[start.model_sha256], task.layout)
    scaler_file = files[start.scaler_sha256] if start.scaler_sha256 else None
    scaler = read_scaler_for(scaler_file, task.column_names) if scaler_file is not None else None
    return StartingPoint(task, start.base, state, scaler, scaler_file)


def _known(name: TaskName) -> Task:
    task = BUILT_IN_TASKS.get(name)
    if task is None:
        raise UnknownTaskError(f"There is no task {name!r}.", hint=f"Choose one of: {', '.join(BUILT_IN_TASKS)}.")
    return task


def _shared_start(task: Task) -> StartingPoint:
    state = task.initial_state()
    model_sha256 = Digest.of(write_model(state, task.layout))
    return StartingPoint(task, task.base(model_sha256, None), state, None, None)
