"""The friendly paths: ``received_results/…`` and ``aggregated/…``, a view of what the rows say.

A file there that is not ours, known by its digest, is reported and never overwritten or trusted.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from contract.errors import FederationError
from contract.names import Digest, EnvoyName, TaskName
from director.errors import StorageError
from director.members.registry import current_submissions, submitters
from director.records.blobs import BlobStore
from director.records.failpoints import reach
from director.records.files import half_written_below, replace_whole, storage_faults_named
from director.records.schema import GlobalModelRow, SubmissionRow
from director.tasks.starts import published

_log = logging.getLogger(__name__)

SUBMISSION_FILES: Mapping[str, str] = {
    "model": "model.pt",
    "scaler": "scaler.pkl",
    "log": "training.log",
    "metadata": "metadata.json",
}


@dataclass(frozen=True)
class ViewFile:
    """One path of the view and the artifact that it shows; None: nothing of ours belongs there now."""

    path: Path
    digest: Digest | None


class Views:
    """Keeps the friendly paths as the rows say.

    Args:
        folder: The data folder.
        blobs: The matter.
        default_task: The task whose files also stand at the top of a hospital's folder.
    """

    def __init__(self, folder: Path, blobs: BlobStore, default_task: TaskName) -> None:
        self._received = folder / "received_results"
        self._aggregated = folder / "aggregated"
        self._blobs = blobs
        self._default_task = default_task

    def prepare(self) -> None:
        """Make the folders."""
        for folder in (self._received, self._aggregated):
            folder.mkdir(parents=True, exist_ok=True)

    def show_submission(self, session: Session, envoy: EnvoyName, task: TaskName) -> None:
        """Show a hospital's current version, or that it has none; the session holds the write lock: the newest wins."""
        current = [row for row in current_submissions(session, task=task) if row.envoy.name == envoy]
        self._show(self._files_of_submission(envoy, task, current[0] if current else None))

    def show_global_model(self, session: Session, task: TaskName) -> None:
        """Show the current global model; the session holds the write lock."""
        row = published(session, task)
        if row is not None:
            self._show(self._files_of_global_model(row))

    def repair(self, session: Session, tasks: Iterable[TaskName]) -> None:
        """Make the whole view what the rows say, and remove what a killed process left half written there."""
        with storage_faults_named():
            for path in self._half_written():
                path.unlink(missing_ok=True)
        self._show(self.expected(session, tasks))

    def expected(self, session: Session, tasks: Iterable[TaskName]) -> list[ViewFile]:
        """Give every path of the view."""
        current = {(row.envoy.name, row.task): row for row in current_submissions(session)}
        files = [
            file
            for envoy, task in submitters(session)
            for file in self._files_of_submission(envoy, task, current.get((envoy, task)))
        ]
        for task in tasks:
            row = published(session, task)
            files += self._files_of_global_model(row) if row is not None else []
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

    def _files_of_submission(self, envoy: EnvoyName, task: TaskName, row: SubmissionRow | None) -> list[ViewFile]:
        digests = {file.role: file.sha256 for file in row.files} if row is not None else {}
        named = {name: digests.get(role) for role, name in SUBMISSION_FILES.items()}
        return self._in_folders(self._received / envoy, task, named)

    def _files_of_global_model(self, row: GlobalModelRow) -> list[ViewFile]:
        named = {"model.pt": row.model_sha256, "scaler.pkl": row.scaler_sha256, "card.json": row.card_sha256}
        return self._in_folders(self._aggregated, row.task, named)

    def _in_folders(self, top: Path, task: TaskName, named: Mapping[str, Digest | None]) -> list[ViewFile]:
        folders = [top / task] + ([top] if task == self._default_task else [])
        return [ViewFile(folder / name, digest) for folder in folders for name, digest in named.items()]

    def _show(self, files: Sequence[ViewFile]) -> None:
        for file in files:
            try:
                with storage_faults_named():
                    self._show_file(file)
            except FederationError as error:  # the act stands: the view is mended at the next start
                _log.error("view.failed", extra={"facts": {"file": str(file.path), "why": error.sentence}})

    def _show_file(self, file: ViewFile) -> None:
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
        replace_whole(file.path, [self._blobs.read(file.digest)])
        reach("view.replaced")


def _digest_at(path: Path) -> Digest | None:
    with storage_faults_named():
        try:
            return Digest.of(path.read_bytes())
        except FileNotFoundError:
            return None
