"""The one composition root: settings → Director, whose stages are assembled here and nowhere else."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from contract.tasks import DEFAULT_TASK
from director.clock import Clock, utc_now
from director.errors import NotInitialisedError
from director.inference.current import CurrentModels
from director.inference.log import InferenceLog
from director.inference.service import Inference
from director.members.access import LOCAL_ADMIN, Access, Rates
from director.members.denials import Denials
from director.members.people import People
from director.members.rates import RateLimit
from director.members.service import Members, Terms
from director.models.comparing import Comparing
from director.models.contributions import Making
from director.models.naming import Naming
from director.models.service import Models
from director.overview.matters import Matters, Patience
from director.overview.service import Overviews
from director.proposals.service import Proposals, SecondAdmin
from director.records.blobs import BlobStore
from director.records.database import REVISION, Database
from director.records.files import storage_faults_named
from director.records.ledger import Ledger
from director.records.line_log import LineLog
from director.records.readings import Readings
from director.rounds.board import Board
from director.rounds.conductor import Conductor
from director.rounds.machine import Machine
from director.rounds.returns import RoundReturns
from director.rounds.service import Rounds
from director.settings import DirectorSettings
from director.submissions.intake import Intake
from director.submissions.part_files import PartFiles
from director.submissions.parts import Parts
from director.submissions.quota import Quota
from director.submissions.service import Submissions
from director.tasks.catalogue import Catalogue
from director.tasks.service import Tasks
from director.upkeep.centre import Centre
from director.upkeep.event_views import EventReel
from director.upkeep.follower import Follower
from director.upkeep.later_acts import NOTHING_KNOWN, Evidence
from director.upkeep.logs import EventLog, TrainingLogs, bound_logs
from director.upkeep.readers import LastingReader, LastingReaders, Learners
from director.upkeep.restoring import Restored
from director.upkeep.service import Upkeep
from director.upkeep.views import Views
from director.watching.alerts import Alerts
from director.watching.standing import Standing
from director.watching.watcher import Watcher

MAX_DENIED_LOG_BYTES = 8 * 2**20
"""Past so many it becomes ``denied.log.1``."""


@dataclass(frozen=True)
class Initialised:
    """What became of a data folder: the schema that it had (None: it is new) and has, and whether anything changed."""

    schema_before: str | None
    schema: str
    is_changed: bool


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
        self.logs: Path = folder / "logs"
        self.catalogue = Catalogue({name: chosen.cut_points for name, chosen in settings.tasks.items()})

        self.database = Database(settings.url)
        self.blobs = BlobStore(folder / "blobs")
        self.ledger = Ledger(self.database, clock)
        self.readings = Readings(self.ledger)

        self.access = Access(
            clock,
            Rates(settings.guesses_per_minute, settings.uploads_per_minute, settings.requests_per_minute),
            timedelta(minutes=settings.session_idle_minutes),
        )
        joins = RateLimit(settings.guesses_per_minute, "enrolment codes that don't hold")
        self.denials = Denials(self.ledger, LineLog(self.logs / "denied.log", MAX_DENIED_LOG_BYTES), clock)
        self.members = Members(self.ledger, self.access, joins, _terms(settings))
        self.people = People(self.ledger, self.access, timedelta(hours=settings.session_hours))
        self.tasks = Tasks(
            self.ledger, self.blobs, self.catalogue, settings.gate, settings.minimum_hospitals, self.readings
        )
        returns = RoundReturns(self.ledger, settings.max_staleness)
        quota = Quota(
            settings.max_versions_per_hospital, settings.max_bytes_per_hospital, settings.max_refused_per_hospital
        )
        intake = Intake(self.ledger, self.blobs, self.catalogue, returns, quota)
        part_files = PartFiles(folder / "blobs" / "parts", settings.max_upload_bytes)
        parts = Parts(self.ledger, self.blobs, part_files, settings.max_upload_bytes)
        self.submissions = Submissions(self.ledger, intake, parts, self.tasks, self.catalogue)
        self.models = Models(self.ledger, self.blobs, self.catalogue, self.tasks, _making(settings), self.readings)
        self.naming = Naming(self.ledger, self.catalogue)
        self.comparing = Comparing(self.ledger, self.blobs, self.catalogue)
        machine = Machine(self.ledger, self.catalogue, self.tasks, self.models)
        self.rounds = Rounds(self.ledger, self.catalogue, machine, settings.strategy)
        self.board = Board(clock)
        self._conductor = Conductor(machine.advance, self.board, clock)
        second = SecondAdmin(settings.two_admins, timedelta(days=settings.proposal_days))
        self.proposals = Proposals(self.ledger, self.catalogue, self.models, self.submissions, self.tasks, second)
        current = CurrentModels(self.blobs, self.catalogue)
        self._inference_log = InferenceLog(self.logs / "inference.log")
        self.inference = Inference(current, self._inference_log, clock)

        views = Views(folder, self.blobs, DEFAULT_TASK)
        self.upkeep = Upkeep(folder, self.ledger, self.blobs, part_files, views, self.catalogue, self.tasks)
        self.centre = Centre(
            folder, settings, settings.strategy, self.ledger, self.blobs, self.upkeep.states, self.rounds.quiescence
        )
        lasting: list[LastingReader] = [EventLog(self.logs), TrainingLogs(self.logs, self.blobs), views]
        patience = Patience(
            silent_after=timedelta(minutes=settings.silent_after_minutes),
            code=timedelta(hours=settings.enrolment_hours),
            backup=timedelta(days=settings.backup_days),
            free_bytes=settings.least_free_mib * 2**20,
        )
        matters = Matters(self.catalogue, patience, self.centre.free_bytes)
        self.overview = Overviews(self.ledger, self.blobs, part_files, self.catalogue, matters)
        self.alerts = Alerts(self.ledger, matters, settings.alerts, self.upkeep.verify_audit)
        self._watchers = [
            Watcher(folder / f"alerting.{each.name}.lock", partial(self.alerts.look, each))
            for each in self.alerts.channels
        ]
        self.standing = Standing(
            self.ledger, matters, lambda records, patience: self.centre.storage(records, patience=patience)
        )
        self.event_reel = EventReel(self.database)
        self._learners = Learners(  # the catalogue first: others look into it while they learn
            self.database, [self.catalogue, self.access, current, self.board, self._conductor, self.event_reel]
        )
        self.ledger.add_reader(self._learners.learn)  # first: it waits for no lock
        self.ledger.add_reader(LastingReaders(self.database, lasting).learn)
        self._follower = Follower(self.database, learn=self.ledger.let_readers_learn, note=self._note)

    def initialise(self) -> Initialised:
        """Make the data folder a federation's, or bring an older one up to date; says which of it was done.

        Raises:
            NotInitialisedError: Artifacts are there but no database: it is never made anew in silence.
            DatabaseError: What is there is damaged.
        """
        before = self.database.schema() if self.database.is_there else None
        if before is None and next(self.blobs.digests(), None) is not None:
            raise NotInitialisedError(
                "The data folder holds artifacts but no database.", hint="Restore director.db from the last backup."
            )
        with storage_faults_named():
            folder = self.settings.data_dir
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # hospitals' models are nobody else's
            if before is None and not any(folder.iterdir()):
                folder.chmod(0o700)  # a folder that was made for it; one that holds other things is not ours to close
        self.blobs.prepare()
        if self.database.file is not None:
            with storage_faults_named():
                self.database.file.touch(mode=0o600)  # first: what SQLite puts beside it takes its rights from it
                self.database.file.chmod(0o600)
        self.database.migrate()
        self.learn_tasks()
        with self.ledger.act("director") as act:
            self.tasks.catch_up(act)
        return Initialised(before, REVISION, is_changed=before != REVISION or bool(act.told))

    def learn_tasks(self) -> None:
        """Learn which tasks there are; a director that was opened learns it by itself."""
        with self.ledger.read() as session:
            self.catalogue.refresh(session)

    def restore(self, copy: Path, evidence: Evidence = NOTHING_KNOWN, identity: Path | None = None) -> Restored:
        """Make an empty data folder the federation that a backup holds; raises as ``Upkeep.restore``."""
        holds = timedelta(hours=self.settings.enrolment_hours)
        restored = self.upkeep.restore(LOCAL_ADMIN, copy, identity, evidence, code_holds=holds)
        self.initialise()
        self.upkeep.recover()
        return restored

    def open(self) -> None:
        """Check the database, learn the current state, and follow what happens from now on.

        Raises:
            NotInitialisedError, DatabaseError: There is no federation here, or it is damaged.
            SettingsError: A task is set that is not there.
        """
        self.database.check_ready()
        self.blobs.prepare()
        self._learners.refresh()
        self.catalogue.require_known()
        self._follower.start()
        self.readings.start()
        self._conductor.start()
        self.centre.note_opened()
        for watcher in self._watchers:
            watcher.start()

    def wake_after_acts(self, wake: Callable[[], None]) -> None:
        """Have ``wake`` called, from any thread, after each act of any process, once this one's memory has followed."""
        self._learners.add_wake(wake)

    def close(self) -> None:
        """Write what is left to write, and let go."""
        with ExitStack() as last_first:  # each of them, whatever the one before it trips over
            for end in (self.database.close, self._inference_log.close, self.denials.close, self._note):
                last_first.callback(end)
            last_first.callback(self._follower.stop)
            last_first.callback(self.readings.stop)
            last_first.callback(self._conductor.stop)
            for watcher in self._watchers:
                last_first.callback(watcher.stop)

    def _note(self) -> None:
        """Write down who was turned away, who was last seen when, and how far the audit has come; bound the logs."""
        self.denials.write()
        self.members.note_use()
        self.people.note_use()
        self.upkeep.note_head()
        bound_logs(self.logs, self.settings.max_log_bytes)


def _terms(settings: DirectorSettings) -> Terms:
    return Terms(
        token=timedelta(days=settings.token_days),
        overlap=timedelta(hours=settings.rotation_overlap_hours),
        code=timedelta(hours=settings.enrolment_hours),
    )


def _making(settings: DirectorSettings) -> Making:
    return Making(
        bounds=settings.gate,
        max_staleness=settings.max_staleness,
        minimum_hospitals=settings.minimum_hospitals,
        strategy=settings.strategy,
        publish=settings.publish,
        has_second="publish" in settings.two_admins,
    )
