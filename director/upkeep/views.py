"""The friendly paths: ``received_results/…`` and ``aggregated/…``, a view of what the rows say.

A file there that is not ours, known by its digest, is reported and never overwritten or trusted.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from contract.errors import FederationError
from contract.names import Digest, EnvoyName, TaskName
from contract.parts import GLOBAL_FILES, PARTS
from director.errors import StorageError
from director.models.events import BegunAnew, ModelPublished
from director.records.blobs import BlobStore
from director.records.events import Told
from director.records.failpoints import reach
from director.records.files import half_written_below, replace_whole, storage_faults_named
from director.submissions.events import VersionEvent
from director.submissions.kept import CurrentFiles, current_files, submitters
from director.tasks.publications import published

_log = logging.getLogger(__name__)


_Shown = tuple[EnvoyName | None, TaskName]
"""Whose current version is shown, or with None the global one; and of which task."""


@dataclass(frozen=True)
class ViewFile:
    """One path of the view and the artifact that it shows; None: nothing of ours belongs there now."""

    path: Path
    digest: Digest | None


class Views:
    """Keeps the friendly paths as the rows say; reads the events that change what belongs there.

    Args:
        folder: The data folder.
        blobs: The matter.
        default_task: The task whose files also stand at the top of a hospital's folder.
    """

    name = "view"

    def __init__(self, folder: Path, blobs: BlobStore, default_task: TaskName) -> None:
        self._received = folder / "received_results"
        self._aggregated = folder / "aggregated"
        self._blobs = blobs
        self._default_task = default_task
        self._owed: frozenset[_Shown] = frozenset()

    def prepare(self) -> None:
        """Make the folders."""
        for folder in (self._received, self._aggregated):
            folder.mkdir(parents=True, exist_ok=True)

    def read(self, session: Session, told: Sequence[Told]) -> int:
        """Show what counts now of all that was told about; the session holds the write lock: the newest wins.

        The view is what the rows say, not what was told: what the disk does not take now is owed, tried again with the
        next event, and mended by the next start.
        """
        events = [each.event for each in told]
        about: set[_Shown] = {(each.envoy, each.task) for each in events if isinstance(each, VersionEvent)}
        about |= {(None, each.task) for each in events if isinstance(each, ModelPublished | BegunAnew)} | self._owed
        current = _current(session) if any(envoy is not None for envoy, _ in about) else {}
        owed: set[_Shown] = set()
        for envoy, task in sorted(about, key=lambda each: (each[0] or "", each[1])):
            if envoy is None:
                files = self._files_of_published(session, task)
            else:
                files = self._files_of_submission(envoy, task, current.get((envoy, task)))
            if not self._show(files):
                owed.add((envoy, task))
        self._owed = frozenset(owed)
        return told[-1].seq

    def repair(self, session: Session, tasks: Iterable[TaskName]) -> bool:
        """Make the whole view what the rows say, and remove what a killed process left half written there.

        Returns:
            Whether none is left that may be shown later.
        """
        with storage_faults_named():
            for path in self._half_written():
                path.unlink(missing_ok=True)
        return self._show(self.expected(session, tasks))

    def take_down(self, session: Session, envoy: EnvoyName) -> Sequence[str]:
        """Show nothing of a hospital any more; gives what lies there and is not ours, which stays."""
        tasks = [task for name, task in submitters(session) if name == envoy]
        self._show([file for task in tasks for file in self._files_of_submission(envoy, task, None)])
        folder = self._received / envoy
        with storage_faults_named():
            for below in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
                _remove_empty(below)
            _remove_empty(folder)
            return sorted(str(path.relative_to(self._received)) for path in folder.rglob("*") if not path.is_dir())

    def expected(self, session: Session, tasks: Iterable[TaskName]) -> list[ViewFile]:
        """Give every path of the view."""
        current = _current(session)
        files = [
            file
            for envoy, task in submitters(session)
            for file in self._files_of_submission(envoy, task, current.get((envoy, task)))
        ]
        for task in tasks:
            files += self._files_of_published(session, task)
        return files

    def differences(self, session: Session, tasks: Iterable[TaskName]) -> list[str]:
        """Name each path that is not what the rows say."""
        found = [f"{path.name} of {path.parent.name} was left half written" for path in self._half_written()]
        for file in self.expected(session, tasks):
            try:
                if _digest_at(file.path) != file.digest:
                    found.append(f"{file.path.name} of {file.path.parent.name} is not the current one")
            except StorageError:
                found.append(f"{file.path.name} of {file.path.parent.name} can't be read")
        return found

    def _half_written(self) -> list[Path]:
        return [path for folder in (self._received, self._aggregated) for path in half_written_below(folder)]

    def _files_of_submission(self, envoy: EnvoyName, task: TaskName, found: CurrentFiles | None) -> list[ViewFile]:
        digests = found.digests if found is not None else {}
        named = {part.file_name: digests.get(part.role) for part in PARTS}
        return self._in_folders(self._received / envoy, task, named)

    def _files_of_published(self, session: Session, task: TaskName) -> list[ViewFile]:
        row = published(session, task)
        digests = row.digests if row is not None else {}
        named = {name: digests.get(role) for role, name in GLOBAL_FILES.items()}
        return self._in_folders(self._aggregated, task, named)

    def _in_folders(self, top: Path, task: TaskName, named: Mapping[str, Digest | None]) -> list[ViewFile]:
        folders = [top / task] + ([top] if task == self._default_task else [])
        return [ViewFile(folder / name, digest) for name, digest in named.items() for folder in folders]

    def _show(self, files: Sequence[ViewFile]) -> bool:
        """Show each file; tells whether none is left that may be shown later."""
        is_done = True
        read = lru_cache(maxsize=1)(self._blobs.read)  # one file stands in two folders, one after the other
        for file in files:
            try:
                with storage_faults_named():
                    self._show_file(file, read)
            except FederationError as error:  # the other files are shown all the same
                if isinstance(error, StorageError):  # a damaged artifact will not be whole later: fsck says more of it
                    is_done = False
                _log.error("view.failed", extra={"facts": {"file": str(file.path), "why": error.sentence}})
        return is_done

    def _show_file(self, file: ViewFile, read: Callable[[Digest], bytes]) -> None:
        found = _digest_at(file.path)
        if found == file.digest:
            return
        if found is not None and not self._blobs.has(found):
            _log.warning("view.foreign_file", extra={"facts": {"file": str(file.path), "sha256": found}})
            return
        if file.digest is None:
            file.path.unlink()
            return
        file.path.parent.mkdir(parents=True, exist_ok=True)
        replace_whole(file.path, [read(file.digest)], is_durable=False)  # each start mends the view
        reach("view.replaced")


def _remove_empty(folder: Path) -> None:
    with suppress(FileNotFoundError):
        if not any(folder.iterdir()):
            folder.rmdir()


def _current(session: Session) -> Mapping[tuple[EnvoyName, TaskName], CurrentFiles]:
    return {(found.envoy_name, found.task): found for found in current_files(session)}


def _digest_at(path: Path) -> Digest | None:
    with storage_faults_named():
        try:
            return Digest.of(path.read_bytes())
        except FileNotFoundError:
            return None
