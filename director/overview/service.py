"""What is asked about the federation as a whole and over time, for the HTTP interface and the commands alike."""

from sqlalchemy.orm import Session

from contract.messages.base import Page
from contract.messages.overview import (
    HospitalCourse,
    Overview,
    Received,
    RoundLadder,
    RoundRecord,
    TrainingLog,
    VersionSummary,
)
from contract.names import EnvoyName, TaskName
from director.members.access import ADMIN, Principal
from director.members.envoys import envoy_named
from director.members.presence import Presence, seen_at
from director.overview.cards import card_of, open_runs
from director.overview.course import course_of
from director.overview.ladder import ladder_of
from director.overview.lineage import Lineages
from director.overview.matters import Matters
from director.overview.received import page_of_received
from director.overview.round_records import page_of_rounds
from director.overview.ties import Ties, ties_of
from director.overview.tiles import tiles_of
from director.overview.training_logs import training_log_of
from director.records.blobs import BlobStore
from director.records.ledger import Ledger
from director.rounds.described import round_with_id, run_with_id
from director.rounds.quiescence import is_quiet
from director.submissions.kept import submission_with_id
from director.submissions.part_files import PartFiles
from director.tasks.catalogue import Catalogue
from director.upkeep.event_views import newest_seen_by

_EVENTS = 10


class Overviews:
    """Reads what a dashboard shows.

    Args:
        ledger: The rows.
        blobs: The files.
        parts: What has come of uploads that are not here yet.
        catalogue: The tasks of this federation.
        matters: What waits for a person, and how long things may last before it does.
    """

    def __init__(
        self, ledger: Ledger, blobs: BlobStore, parts: PartFiles, catalogue: Catalogue, matters: Matters
    ) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._parts = parts
        self._catalogue = catalogue
        self._matters = matters
        self._patience = matters.patience
        self._lineages = Lineages(catalogue)

    def overview(self, caller: Principal, task_name: TaskName) -> Overview:
        """Say who is silent, what waits on whom, and what waits for a person, as far as the caller may know it.

        An analyst learns of no rounds, no matters and no hospital's state.

        Raises:
            UnknownTaskError: No such task.
        """
        task = self._catalogue.find(task_name)
        follows_rounds = caller.role == ADMIN or caller.envoy_name is not None
        with self._ledger.read() as session:
            presence = self._presence(session)
            runs = open_runs(session) if follows_rounds else []
            versions, current = self._lineages.newest(session, task)
            return Overview(
                task=task.name,
                at=presence.now,
                silent_after_seconds=int(self._patience.silent_after.total_seconds()),
                is_quiet=follows_rounds and is_quiet(session),
                hospitals=tiles_of(session, caller, task, presence, runs),
                rounds=[card_of(each, caller, presence) for each in runs],
                matters=self._matters.of(session, caller, runs, presence.now),
                current=current,
                versions=versions,
                events=newest_seen_by(session, caller, _EVENTS),
            )

    def lineage(self, task_name: TaskName, *, limit: int, cursor: str | None) -> Page[VersionSummary]:
        """List a task's global versions in short, newest first.

        Raises:
            UnknownTaskError: No such task.
        """
        task = self._catalogue.find(task_name)
        with self._ledger.read() as session:
            return self._lineages.page(session, task, limit=limit, cursor=cursor)

    def received(self, caller: Principal, name: EnvoyName, *, limit: int, cursor: str | None) -> Page[Received]:
        """List all that a hospital sent here and the director kept, newest first.

        Raises:
            ForbiddenError: The caller is another hospital.
            UnknownEnvoyError: There is none of that name.
        """
        caller.require_envoy(name)
        with self._ledger.read() as session:
            return page_of_received(session, envoy_named(session, name), limit=limit, cursor=cursor)

    def course(self, caller: Principal, name: EnvoyName, task_name: TaskName) -> HospitalCourse:
        """Show how a hospital's models did, as it reported them; raises as ``received``.

        Raises:
            UnknownTaskError: No such task.
        """
        caller.require_envoy(name)
        task = self._catalogue.find(task_name)
        with self._ledger.read() as session:
            return course_of(session, self._blobs, envoy_named(session, name), task.name)

    def training_log(self, caller: Principal, submission_id: str) -> TrainingLog:
        """Show the training log of an upload.

        Raises:
            NotFoundError: There is no such upload that the caller may see, or it came without a log.
            DamagedArtifactError: The log is not what it was.
        """
        with self._ledger.read() as session:
            return training_log_of(self._blobs, submission_with_id(session, submission_id, caller))

    def rounds(self, caller: Principal, run_id: int, *, limit: int, cursor: str | None) -> Page[RoundRecord]:
        """List a run's rounds with each hospital's part, newest first; a page may be shorter than was asked for.

        Raises:
            NotFoundError: There is no such run.
        """
        with self._ledger.read() as session:
            return page_of_rounds(session, run_with_id(session, run_id), caller, limit=limit, cursor=cursor)

    def ladder(self, caller: Principal, n: int) -> RoundLadder:
        """Show how far each hospital is in a round.

        Raises:
            NotFoundError: There is no such round.
        """
        with self._ledger.read() as session:
            row = round_with_id(session, n)
            return ladder_of(session, row, caller, self._presence(session), self._parts.moments())

    def ties(self, caller: Principal, name: EnvoyName) -> Ties:
        """Say what a hospital has under way here, and what ends where it is cut off; raises as ``received``."""
        caller.require_envoy(name)
        with self._ledger.read() as session:
            row = envoy_named(session, name)
            is_uploading = row.folded_name in self._parts.moments()
            return ties_of(session, row, open_runs(session), self._ledger.clock(), is_uploading=is_uploading)

    def _presence(self, session: Session) -> Presence:
        return Presence(seen_at(session), self._ledger.clock(), self._patience.silent_after)
