"""The folders that the script is given: read with the strict readers, within bounds, and refused by name.

Whatever stands in a folder may have been put there by anybody: a file is opened only where it is a plain one, is read
up to what the task's layout allows, and nothing that it says is shown as it is.
"""

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aggregation.errors import AggregationError
from aggregation.script.claims import claims_of
from aggregation.script.shown import shown, shown_path
from aggregation.updates import ModelUpdate, TensorsInFile
from contract.artifacts.model_file import locate_tensors, max_model_bytes, read_model
from contract.artifacts.scaler_file import max_scaler_bytes, read_scaler_for
from contract.errors import ArtifactError, FederationError
from contract.names import Digest
from contract.parts import PART_OF
from contract.plain_files import open_plain, read_bounded
from contract.scaler import ScalerState
from contract.tasks import Task
from contract.tasks.task_file import MAX_TASK_BYTES, read_task_file

_FOLDER_HINT = "Name folders that hold model.pt, scaler.pkl and metadata.json each."


@dataclass(frozen=True)
class Folder:
    """One hospital's folder, read and checked.

    Args:
        name: Its hospital's: what metadata.json names, else the folder's own; of ``HOSPITAL/TASK`` that of its parent.
        own_name: The folder's.
        label: What it is called where people read.
        update: Its model; knows no base yet.
        scaler_sha256: Of its scaler.pkl.
        base: What metadata.json names as the start that it was trained from; None: it names none.
        cohort: Which patients it was trained on, as metadata.json names them; None: it does not.
    """

    name: str
    own_name: str
    label: str
    update: ModelUpdate
    scaler_sha256: Digest
    base: Digest | None
    cohort: Digest | None = None


def read_folders(paths: Sequence[Path], weights: Sequence[int] | None, task: Task) -> list[Folder]:
    """Read the hospitals' folders.

    Args:
        paths: At least one.
        weights: Training rows, one a folder; None: metadata.json says them.
        task: What their models answer.

    Raises:
        AggregationError: A folder is none, is there twice, or can't be used: the sentence says which and why.
    """
    if weights is not None and len(weights) != len(paths):
        raise AggregationError(f"{len(paths)} folders but {len(weights)} weights.", hint="Give one weight a folder.")
    labels = labels_of(paths)
    _require_different(paths, labels)
    return [
        _read(path, label, task, None if weights is None else weights[place])
        for place, (path, label) in enumerate(zip(paths, labels, strict=True))
    ]


def labels_of(paths: Sequence[Path]) -> list[str]:
    """Give the folders' names as people may see them; their paths where two have one name."""
    uses = Counter(name_of(path) for path in paths)
    return [shown(name_of(path)) if uses[name_of(path)] == 1 else shown_path(path) for path in paths]


def name_of(path: Path) -> str:
    """Give a folder's own name, of ``.`` and ``..`` too."""
    if path.name not in ("", ".."):
        return path.name
    try:
        return path.resolve().name or str(path)
    except OSError:  # the working folder is gone, which is said where it is opened
        return str(path)


def require_folder(path: Path, label: str) -> None:
    """Demand a folder.

    Raises:
        AggregationError: There is none, or it is something else.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise AggregationError(f"{label} can't be opened: {error.strerror}.", hint=_FOLDER_HINT) from None
    if not stat.S_ISDIR(found.st_mode):
        raise AggregationError(f"{label} is no folder.", hint=_FOLDER_HINT)


def read_model_file(folder: Path, task: Task) -> tuple[Digest, TensorsInFile]:
    """Read and check a folder's model.pt, which stays where it is; gives its digest and its tensors.

    Raises:
        ModelFileError, ArtifactError: It is not what the task allows.
        OSError: It can't be read.
    """
    path = folder / PART_OF["model"].file_name
    file = FileAt(path)
    data = read_bounded(path, max_model_bytes(task.layout))
    read_model(data, task.layout)
    return Digest.of(data), TensorsInFile(locate_tensors(data, task.layout), file.read)


def read_scaler_of(folder: Path, task: Task) -> tuple[Digest, ScalerState]:
    """Read and check a folder's scaler.pkl; gives its digest and what it says.

    Raises:
        ScalerFileError, ArtifactError: It is not what the task allows.
        OSError: It can't be read.
    """
    data = read_bounded(folder / PART_OF["scaler"].file_name, max_scaler_bytes(len(task.columns)))
    return Digest.of(data), read_scaler_for(data, task.column_names)


def read_task_of(file: Path) -> Task:
    """Read a task from its file.

    Raises:
        AggregationError: It can't be read, or is no task.
    """
    with naming(shown_path(file)):
        return read_task_file(read_bounded(file, MAX_TASK_BYTES))


@contextmanager
def naming(label: str) -> Iterator[None]:
    """Say in each error which folder it is about."""
    try:
        yield
    except FederationError as error:
        raise AggregationError(f"{label}: {error.sentence}", hint=error.hint, **error.facts) from error
    except OSError as error:
        file = shown(Path(error.filename).name) if isinstance(error.filename, str) else "a file"
        why = "is not there" if isinstance(error, FileNotFoundError) else f"can't be read ({error.strerror})"
        raise AggregationError(f"{label}: {file} {why}.", hint=_FOLDER_HINT) from error


def _read(path: Path, label: str, task: Task, weight: int | None) -> Folder:
    require_folder(path, label)
    with naming(label):
        scaler_sha256, scaler = read_scaler_of(path, task)
        claims = claims_of(path, weight, task)
        digest, tensors = read_model_file(path, task)
    update = ModelUpdate(digest, claims.num_examples, scaler, task.layout, tensors)
    own_name = name_of(path)
    name = claims.envoy_name or (_above(path) if own_name == task.name else own_name)
    return Folder(name, own_name, label, update, scaler_sha256, claims.base, claims.cohort)


def _above(path: Path) -> str:
    """Give the name of the folder that a folder lies in."""
    return path.resolve().parent.name or name_of(path)


def _require_different(paths: Sequence[Path], labels: Sequence[str]) -> None:
    """Refuse a folder that is there twice, by whatever name: it would count twice."""
    seen: dict[tuple[int, int], str] = {}
    for path, label in zip(paths, labels, strict=True):
        require_folder(path, label)
        found = path.stat()
        first = seen.setdefault((found.st_dev, found.st_ino), label)
        if first is not label:
            both = f"{label} is" if first == label else f"{first} and {label} are"
            raise AggregationError(
                f"{both} one folder, given twice: its model would count twice.", hint="Name each folder once."
            )


class FileAt:
    """A file that is opened for each stretch: any number of folders needs one descriptor.

    What it was when this was made, it must be at each reading: else other numbers than those that were checked would
    be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = _stamp(path.stat())

    def read(self, offset: int, into: memoryview) -> None:
        """Fill ``into`` from ``offset`` on, or raise."""
        try:
            with open_plain(self._path) as file:
                if _stamp(os.fstat(file.fileno())) != self._stamp:
                    raise self._gone("changed while it was read")
                file.seek(offset)
                done = 0
                while done < len(into):
                    count = file.readinto(into[done:])
                    if not count:
                        raise self._gone("changed while it was read")
                    done += count
        except OSError as error:
            raise self._gone(f"can't be read any more ({error.strerror})") from error

    def _gone(self, what: str) -> ArtifactError:
        return ArtifactError(
            f"{shown(self._path.parent.name)}/{shown(self._path.name)} {what}.",
            hint="Copy the folders to where nothing writes, and run again.",
        )


def _stamp(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
