"""The one composition root: settings → Director. Also opening, recovering, and following what others commit."""

import dataclasses
import logging
import threading
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.orm import Session

from contract.errors import FederationError
from contract.messages import DEFAULT_TASK
from contract.names import TaskName
from contract.tasks import BUILT_IN_TASKS, Task
from director.clock import Clock, utc_now
from director.errors import NotInitialisedError, UsageError
from director.inference.answers import Ward
from director.members import tokens
from director.members.access import LOCAL_ADMIN, Doorkeeper, Rates
from director.members.rates import RateLimit
from director.models.draft import Policy
from director.models.versions import GlobalModels
from director.records import audit
from director.records.audit import HeadFile
from director.records.blobs import BlobStore
from director.records.database import Database
from director.records.failpoints import reach
from director.records.files import storage_faults_named
from director.settings import DirectorSettings
from director.submissions.intake import Intake
from director.submissions.review import Review
from director.tasks.starts import renew_all
from director.upkeep.backup import Manifest, read_backup, require_file, unpack_backup
from director.upkeep.fsck import find_defects, referred_digests
from director.upkeep.logs import InferenceLog
from director.upkeep.views import Views

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.02
_NOTE_EVERY_LOOKS = 250


class Director:
    """A coordinating centre, assembled; opens nothing until ``open`` is called.

    Args:
        settings: How it is configured.
        clock: The time.
    """

    def __init__(self, settings: DirectorSettings, clock: Clock = utc_now) -> None:
        folder = settings.data_dir
        self.settings = settings
        self.clock = clock
        self.tasks: Mapping[TaskName, Task] = _configured_tasks(settings)
        self.database = Database(settings.url)
        self.blobs = BlobStore(folder / "blobs")
        self.views = Views(folder, self.blobs, DEFAULT_TASK)
        self.logs: Path = folder / "logs"
        self.audit_head = HeadFile(folder / "audit.head")
        self.inference_log = InferenceLog(self.logs / "inference.log")
        self._refreshing = threading.Lock()
        self.doorkeeper = Doorkeeper(
            clock, Rates(settings.guesses_per_minute, settings.uploads_per_minute, settings.requests_per_minute)
        )
        self.joins = RateLimit(settings.guesses_per_minute, "enrolment codes that don't hold")
        self.ward = Ward(self.blobs, self.tasks)
        self.intake = Intake(
            database=self.database,
            blobs=self.blobs,
            views=self.views,
            tasks=self.tasks,
            logs=self.logs,
            clock=clock,
            on_change=self._refresh_after,
        )
        self.global_models = GlobalModels(
            database=self.database,
            blobs=self.blobs,
            views=self.views,
            tasks=self.tasks,
            policy=Policy(settings.strategy, settings.gate),
            clock=clock,
            on_change=self._refresh_after,
        )
        self.review = Review(
            database=self.database,
            blobs=self.blobs,
            views=self.views,
            tasks=self.tasks,
            bounds=settings.gate,
            clock=clock,
            on_change=self._refresh_after,
        )

    def initialise(self) -> None:
        """Make the data folder a federation's, or bring an older one up to date.

        Raises:
            NotInitialisedError: Artifacts are there but no database: it is never made anew in silence.
            DatabaseError: What is there is damaged.
        """
        file = self.database.file
        is_new = not (self.database.is_there and self.database.holds_tables())
        if is_new and next(self.blobs.digests(), None) is not None:
            raise NotInitialisedError(
                "The data folder holds artifacts but no database.", hint="Restore director.db from the last backup."
            )
        with storage_faults_named():
            self.settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)  # hospitals' models are nobody else's
        self.blobs.prepare()
        self.database.migrate()
        if file is not None:
            file.chmod(0o600)
        with self.database.write() as session:
            self.renew_starts(session)

    def open(self) -> None:
        """Check the database and learn the current state.

        Raises:
            NotInitialisedError, DatabaseError: There is no federation here, or it is damaged.
        """
        self.database.check_ready()
        self.blobs.prepare()
        self.refresh()

    def recover(self) -> None:
        """Finish what a killed process left: once before serving, not in each worker.

        Removes files that no row names, then makes the view what the rows say; holds the write lock throughout.
        """
        self.database.check_ready()
        self.blobs.prepare()
        with storage_faults_named():
            self.views.prepare()
        reach("recovery.begun")
        with self.database.write() as session:
            removed = self.blobs.clear_incoming()
            referred = referred_digests(session)
            for digest in [digest for digest in self.blobs.digests() if digest not in referred]:
                self.blobs.remove(digest)
                removed += 1
                reach("recovery.removed")
            self.renew_starts(session)
            self.views.repair(session, self.tasks)
            reach("recovery.mended")
        self.note_head()
        if removed:
            _log.info("recovered", extra={"facts": {"orphans_removed": removed}})

    def renew_starts(self, session: Session) -> None:
        """Make every task's start follow what counts now, within the caller's write transaction."""
        renew_all(session, self.blobs, self.tasks, self.settings.gate, now=self.clock())

    def defects(self) -> list[str]:
        """Look over the whole house, and hold the audit against the head that the folder keeps; empty: all in order."""
        known = self.audit_head.read()
        return find_defects(self.database, self.blobs, self.views, self.tasks, [known] if known else [])

    def restore(self, copy: Path) -> Manifest:
        """Make an empty data folder the federation that a backup holds.

        Raises:
            UsageError: The data folder is not empty, or ``copy`` is no backup.
            DamagedArtifactError: The backup is damaged; nothing was changed.
        """
        self._require_empty()
        manifest = read_backup(copy)
        with storage_faults_named():
            self.settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        unpack_backup(copy, self.database, self.blobs)
        self.initialise()
        with self.database.write() as session:
            facts = {"seq": manifest.checkpoint.seq, "digest": manifest.checkpoint.digest}
            audit.record(
                session, at=self.clock(), actor=LOCAL_ADMIN.actor, act="backup.restore", subject="federation", **facts
            )
        self.recover()
        return manifest

    def refresh(self) -> None:
        """Learn tokens and current versions anew; one at a time, so that no older state overwrites a newer one."""
        with self._refreshing, self.database.read() as session:
            self.doorkeeper.refresh(session)
            self.ward.refresh(session)

    def _require_empty(self) -> None:
        folder, file = self.settings.data_dir, require_file(self.database)
        found = [path for path in (file, folder / "blobs", self.audit_head.path) if path.exists()]
        for view in ("received_results", "aggregated"):
            found += [path for path in (folder / view).glob("*") if not path.name.startswith(".")]
        if found:
            raise UsageError(
                f"The data folder is not empty: {found[0].name} is there.",
                hint="Restore into a new folder: set DIRECTOR_DATA_DIR, or move the old one away.",
            )

    def _refresh_after(self) -> None:
        """Learn what was just committed; where that fails, the act stands and the follower learns it later."""
        try:
            self.refresh()
        except FederationError:
            _log.exception("refresh.failed")

    def note_use(self) -> None:
        """Write down when tokens were last used."""
        notes = self.doorkeeper.take_notes_of_use()
        if notes:
            with self.database.write() as session:
                tokens.note_use(session, notes)

    def note_head(self) -> None:
        """Write down how far the audit has come, beside the database."""
        with storage_faults_named(), self.database.read() as session:
            self.audit_head.renew(session, self.clock())

    def close(self) -> None:
        """Write what is left to write, and let go."""
        try:
            self.note_use()
            self.note_head()
        finally:
            self.inference_log.close()
            self.database.close()


class Follower:
    """Follows what others commit (the CLI, another worker), and writes notes of use, on a thread of its own."""

    def __init__(self, director: Director) -> None:
        self._director = director
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the current look."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        counter = self._director.database.change_counter()
        seen, looks = None, 0  # None: the first look refreshes, for somebody may have committed since the start
        while not self._stop.wait(_LOOK_SECONDS):
            looks += 1
            try:
                value = counter.value()
                if value != seen:
                    self._director.refresh()
                    seen = value
                if looks % _NOTE_EVERY_LOOKS == 0:
                    self._director.note_use()
                    self._director.note_head()
            except Exception:  # the follower must outlive a database that is away for a moment; the log says so
                _log.exception("follower.failed")
                self._stop.wait(1)
        counter.close()


def _configured_tasks(settings: DirectorSettings) -> Mapping[TaskName, Task]:
    tasks = dict(BUILT_IN_TASKS)
    for name, chosen in settings.tasks.items():
        tasks[name] = dataclasses.replace(tasks[name], cut_points=chosen.cut_points)
    return tasks
