"""Puts tracking together: which federation, called what, whose files may leave."""

import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from contract.names import TaskName
from contract.parts import GLOBAL_FILES, GlobalFileRole
from director.errors import DamagedArtifactError, NotInitialisedError, UsageError
from director.members.access import LOCAL_ADMIN
from director.models.service import Models
from director.records import audit
from director.records.database import Database
from director.tasks.catalogue import Catalogue
from director.tracking.file_places import database_of
from director.tracking.follower import TrackingFollower
from director.tracking.mlflow_store import MlflowStore
from director.tracking.tracked import Registration

_log = logging.getLogger(__name__)

_FILES: Sequence[GlobalFileRole] = ("model", "scaler")


def new_follower(
    database: Database, catalogue: Catalogue, models: Models, *, uri: str, name: str | None, with_files: bool
) -> TrackingFollower:
    """Give a follower that brings this federation's runs and models to an MLflow.

    Args:
        database: The rows.
        catalogue: The tasks of this federation.
        models: Gives the files of versions, and puts on record that it did.
        uri: The MLflow.
        name: What the federation is called there; None: ``federation-`` and eight digits of its first record's digest.
        with_files: Whether published models' files, and other files, go there.

    Raises:
        NotInitialisedError: Nothing was done here yet.
        UsageError: It is this director's own database.
        TrackerError: The MLflow is a database that can't be used.
    """
    with database.read() as session:
        federation = audit.digest_at(session, 1)
    if federation is None:
        raise NotInitialisedError("There is no record here yet.", hint="Run: fl-director init")

    @lru_cache(maxsize=1)  # MLflow may refuse the same version every minute for days: it is read, and on record, once
    def read(task: TaskName, version: int) -> Mapping[str, bytes]:
        try:
            return {GLOBAL_FILES[role]: models.file(LOCAL_ADMIN, task, version, role) for role in _FILES}
        except DamagedArtifactError as error:  # what comes after it shall be there all the same
            _log.error("tracking.files_left_out", extra={"facts": {"version": version, "why": error.sentence}})
            return {}

    def files_of(registration: Registration) -> Mapping[str, bytes]:
        return read(registration.task, registration.version)

    if database.file is not None and database_of(uri) == database.file.resolve():
        raise UsageError(
            "That is the director's own database, not MLflow's.", hint="Name another file, which MLflow makes."
        )
    called = name or f"federation-{federation[:8]}"
    store = MlflowStore(uri, called, federation, files_of if with_files else None)
    lock = (database.file or Path("director.db")).with_name("tracking.lock")
    return TrackingFollower(database, catalogue, store, called, lock)
