"""What is done about tasks, statistics and starts, for the HTTP interface and the commands alike."""

import logging
from collections.abc import Sequence

from sqlalchemy.orm import Session

from aggregation.screening import Bounds
from contract.messages.base import Page
from contract.messages.problems import Check
from contract.messages.statistics import StatisticsDescription, StatisticsReceipt, StatisticsReport
from contract.messages.tasks import KnownTask, Start, TaskDescription
from contract.names import Digest, EnvoyName, TaskName
from contract.tasks import Task
from contract.tasks.task_file import read_task_file, require_sound
from contract.written_text import read_text
from director.errors import DamagedArtifactError
from director.members.access import Principal
from director.members.envoys import envoy_named
from director.records import verdicts
from director.records.blobs import BlobStore
from director.records.failpoints import reach
from director.records.ledger import Act, Ledger
from director.records.paging import EVERYTHING, Span
from director.records.readings import Readings
from director.records.schema import StartRow
from director.tasks import definitions, starts, statistics
from director.tasks.artifacts import Artifacts
from director.tasks.catalogue import Catalogue
from director.tasks.events import StartRead, StatisticsReleased, StatisticsWithdrawn
from director.tasks.publications import current_global_model

_log = logging.getLogger(__name__)


class Tasks:
    """Describes tasks, takes statistics and gives out starts.

    Args:
        ledger: The rows.
        blobs: The files.
        catalogue: The tasks of this federation.
        bounds: What the gate still takes for honest.
        minimum_hospitals: With fewer, no merged scaler is given out.
        readings: Where it is put on record who read a start's model.
    """

    def __init__(
        self,
        ledger: Ledger,
        blobs: BlobStore,
        catalogue: Catalogue,
        bounds: Bounds,
        minimum_hospitals: int,
        readings: Readings,
    ) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._catalogue = catalogue
        self._bounds = bounds
        self._minimum_hospitals = minimum_hospitals
        self._readings = readings

    def list(self, *, with_retired: bool = False) -> Page[TaskDescription]:
        """List the tasks that this federation learns; the retired ones where they are asked for."""
        found = [self._describe(task) for task in self._catalogue.values()]
        return Page(items=[each for each in found if with_retired or each.retired_at is None])

    def known(self) -> Sequence[KnownTask]:
        """List all tasks, and where they come from."""
        with self._ledger.read() as session:
            rows = {row.name: row for row in definitions.newest_definitions(session)}
        return [
            KnownTask(
                name=task.name,
                title=task.title,
                digest=task.digest,
                added_by=row.added_by if row else None,
                added_at=row.added_at if row else None,
                retired_by=row.retired_by if row else None,
                retired_at=row.retired_at if row else None,
            )
            for task, row in ((task, rows.get(name)) for name, task in self._catalogue.items())
        ]

    def add(self, caller: Principal, file: bytes) -> tuple[TaskDescription, bool]:
        """Let the federation learn a task, as its file says, from now on; False: it does already.

        A file of a name that was added before defines the task anew: its models count no more, as after a cut point was
        moved, and where it asks hospitals for other numbers their statistics don't either.

        Raises:
            InvalidTaskError: The file is no task, or none with the cut points that are configured for its name.
            ConflictError: A built-in task has its name.
        """
        task = read_task_file(file)
        as_set = self._catalogue.as_set(task)
        require_sound(as_set)
        with self._ledger.act(caller.actor) as act:
            before = self._catalogue.get(task.name)
            is_new = definitions.keep_definition(act, task, read_text(file, "The file"))
            if is_new:
                if before is None or _asks(before) != _asks(task):
                    statistics.withdraw_reports(act, task.name)
                self.move_start(act, as_set)
        return TaskDescription.of(as_set), is_new

    def retire(self, caller: Principal, name: TaskName) -> TaskDescription:
        """Let nothing be learned of a task any more: its models stay readable and answer; again changes nothing.

        Raises:
            UnknownTaskError: There is none of that name.
            ConflictError: It is built in, or a run of it is open.
        """
        task = self._catalogue.find(name)
        with self._ledger.act(caller.actor) as act:
            retired_at = definitions.retire(act, name).retired_at
        return TaskDescription.of(task, retired_at)

    def _describe(self, task: Task) -> TaskDescription:
        return TaskDescription.of(task, self._catalogue.retired_at(task.name))

    def get(self, name: TaskName) -> TaskDescription:
        """Describe a task.

        Raises:
            UnknownTaskError: There is none of that name.
        """
        return self._describe(self._catalogue.find(name))

    def start(self, name: TaskName) -> Start:
        """Say what everyone starts from: one atomic answer.

        Raises:
            UnknownTaskError: There is no such task.
            TaskRetiredError: Nobody starts any more.
            NotFoundError: It has no start yet.
        """
        task = self._catalogue.find_learned(name)
        with self._ledger.read() as session:
            return starts.describe_start(starts.the_current_start(session, task.name))

    def start_file(self, caller: Principal, digest: Digest) -> bytes:
        """Give the bytes of a start's model or scaler; who read a model is put on record.

        Raises:
            NotFoundError: No start has it.
            DamagedArtifactError: It is not what it was.
        """
        with self._ledger.read() as session:
            start = starts.start_with_file(session, digest)
            data = self._blobs.read(digest)
            if digest == start.model_sha256:
                self._readings.note(session, caller.actor, StartRead(task=start.task, model=digest))
        return data

    def report_statistics(
        self, caller: Principal, envoy_name: EnvoyName, report: StatisticsReport
    ) -> tuple[StatisticsReceipt, bool]:
        """Keep a hospital's share of the common scaler; False: the same report again.

        The start moves with it only before the first version, when it was the last report that was missing.

        Raises:
            ForbiddenError: The caller is another hospital.
            UnknownTaskError, UnknownEnvoyError: No such name.
            TaskRetiredError, ConflictError: The task takes none any more, or was defined anew meanwhile.
            CallerError: As ``statistics.check_report``.
        """
        caller.require_envoy(envoy_name)
        task = self._catalogue.find_learned(report.task)
        statistics.check_report(report, task)
        with self._ledger.act(caller.actor, committed="statistics.committed") as act:
            self._catalogue.require_unchanged(act.session, task)
            envoy = envoy_named(act.session, envoy_name)
            were_all_there = statistics.have_all_reported(act.session, task.name)
            row, is_new = statistics.keep_report(act, task, envoy, report)
            statistics.screen_reports(act, task.name, self._bounds)
            if self._completes(act.session, task, were_all_there=were_all_there):
                self.move_start(act, task)
            start = starts.the_current_start(act.session, task.name)
            receipt = StatisticsReceipt(
                envoy_name=envoy.name,
                task=task.name,
                version=row.version,
                num_examples=row.num_examples,
                verdict=row.verdict,
                checks=[Check.model_validate(check) for check in row.checks],
                scaler_sha256=start.scaler_sha256,
                base=start.base,
                created_at=row.created_at,
            )
            reach("statistics.written")
        return receipt, is_new

    def list_statistics(
        self,
        caller: Principal,
        task: TaskName | None,
        *,
        limit: int,
        cursor: str | None,
        span: Span = EVERYTHING,
    ) -> Page[StatisticsDescription]:
        """List hospitals' reports with their verdicts, newest first; a hospital sees its own."""
        with self._ledger.read() as session:
            return statistics.list_reports(session, caller, task, limit=limit, cursor=cursor, span=span)

    def decide_statistics(
        self,
        caller: Principal,
        choice: verdicts.Choice,
        envoy_name: EnvoyName,
        task_name: TaskName,
        version: int,
        reason: str,
    ) -> StatisticsDescription:
        """Let a report in quarantine count in the common scaler, or take a report out of it for good.

        Raises:
            UnknownTaskError, UnknownEnvoyError, NotFoundError: There is no such report.
            ConflictError: As ``verdicts.decide``.
        """
        with self._ledger.act(caller.actor) as act:
            return self.decide_statistics_within(act, choice, envoy_name, task_name, version, reason)

    def decide_statistics_within(
        self,
        act: Act,
        choice: verdicts.Choice,
        envoy_name: EnvoyName,
        task_name: TaskName,
        version: int,
        reason: str,
    ) -> StatisticsDescription:
        """Decide as a part of an act that is more than that; raises as ``decide_statistics``."""
        task = self._catalogue.find(task_name)
        row = statistics.report_of(act.session, envoy_named(act.session, envoy_name), task.name, version)
        verdicts.decide(row, choice, reason, by=act.actor, at=act.now)
        kind = StatisticsReleased if choice == "released" else StatisticsWithdrawn
        act.tell(kind(envoy=row.envoy.name, task=row.task, version=row.version, reason=reason))
        self.move_start(act, task)
        return statistics.describe_report(row)

    def merge_statistics(self, caller: Principal, task_name: TaskName) -> Start:
        """Let the common scaler, and the start with it, follow the reports that count now.

        Raises:
            UnknownTaskError: There is no such task.
            DamagedArtifactError: A file of the current model is not what it was.
        """
        task = self._catalogue.find(task_name)
        with self._ledger.act(caller.actor) as act:
            return starts.describe_start(self.move_start(act, task))

    def move_start(self, act: Act, task: Task, opened: Artifacts | None = None) -> StartRow:
        """Let one task's start follow what counts now; raises as ``starts.move_start``.

        Args:
            act: What moves it.
            task: Whose start.
            opened: Its files, as far as they are open already.
        """
        artifacts = opened or Artifacts(self._blobs, task)
        return starts.move_start(act, artifacts, task, self._bounds, self._minimum_hospitals)

    def move_starts(self, act: Act) -> None:
        """Let every task's start follow what counts now; where a file is damaged the last one holds on."""
        for task in self._catalogue.values():
            self._move_undamaged(act, task)

    def catch_up(self, act: Act) -> None:
        """Give every task a start of what is current, for example after a cut point was moved; else move none."""
        for task in self._catalogue.values():
            if not starts.is_up_to_date(act.session, task):
                self._move_undamaged(act, task)

    def _move_undamaged(self, act: Act, task: Task) -> None:
        try:
            self.move_start(act, task)
        except DamagedArtifactError as error:  # fsck and whoever asks for the model say more
            _log.error("start.damaged", extra={"facts": {"task": task.name, "why": error.sentence}})

    def _completes(self, session: Session, task: Task, *, were_all_there: bool) -> bool:
        """Tell whether a report was the last one missing before there is a first version."""
        if were_all_there or current_global_model(session, task) is not None:
            return False
        return statistics.have_all_reported(session, task.name)


def _asks(task: Task) -> object:
    """Give what a hospital's statistics of a task are made from."""
    return task.source, task.index, task.features, task.exclusions, task.shares
