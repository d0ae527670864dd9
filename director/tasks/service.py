"""What is done about tasks, statistics and starts, for the HTTP interface and the commands alike."""

from aggregation.screening import Bounds
from contract.messages.base import Page
from contract.messages.problems import Check
from contract.messages.statistics import StatisticsDescription, StatisticsReceipt, StatisticsReport
from contract.messages.tasks import Start, TaskDescription
from contract.names import Digest, EnvoyName, TaskName
from director.errors import NotFoundError
from director.members.access import Principal
from director.members.envoys import envoy_named
from director.records import verdicts
from director.records.blobs import BlobStore
from director.records.failpoints import reach
from director.records.ledger import Act, Ledger
from director.tasks import starts, statistics
from director.tasks.artifacts import Artifacts
from director.tasks.catalogue import Catalogue, describe_task
from director.tasks.events import StartRead, StatisticsReleased, StatisticsWithdrawn


class Tasks:
    """Describes tasks, takes statistics and gives out starts.

    Args:
        ledger: The rows.
        blobs: The files.
        catalogue: The tasks of this federation.
        bounds: What the gate still takes for honest.
    """

    def __init__(self, ledger: Ledger, blobs: BlobStore, catalogue: Catalogue, bounds: Bounds) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._catalogue = catalogue
        self._bounds = bounds

    def list(self) -> Page[TaskDescription]:
        """List the tasks of this federation."""
        return Page(items=[describe_task(task) for task in self._catalogue.values()])

    def get(self, name: TaskName) -> TaskDescription:
        """Describe a task.

        Raises:
            UnknownTaskError: There is none of that name.
        """
        return describe_task(self._catalogue.find(name))

    def start(self, name: TaskName) -> Start:
        """Say what everyone starts from: one atomic answer.

        Raises:
            UnknownTaskError: There is no such task.
            NotFoundError: It has no start yet.
        """
        task = self._catalogue.find(name)
        with self._ledger.read() as session:
            row = starts.current_start(session, task.name)
            if row is None:
                raise NotFoundError(f"Task {name} has no start yet.", hint="Restart the director, then try again.")
            return starts.describe_start(row)

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
            with self._ledger.act(caller.actor) as act:
                act.tell(StartRead(task=start.task, model=digest))
        return data

    def report_statistics(
        self, caller: Principal, envoy_name: EnvoyName, report: StatisticsReport
    ) -> tuple[StatisticsReceipt, bool]:
        """Keep a hospital's share of the common scaler, and move the start; False: the same report again.

        Raises:
            ForbiddenError: The caller is another hospital.
            UnknownTaskError, UnknownEnvoyError: No such name.
            CallerError: As ``statistics.check_report``.
        """
        caller.require_envoy(envoy_name)
        task = self._catalogue.find(report.task)
        statistics.check_report(report, task)
        with self._ledger.act(caller.actor, committed="statistics.committed") as act:
            envoy = envoy_named(act.session, envoy_name)
            row, is_new = statistics.keep_report(act, task, envoy, report)
            start = starts.renew_start(act, Artifacts(self._blobs, task), task, self._bounds)
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
        self, caller: Principal, task: TaskName | None, *, limit: int, cursor: str | None
    ) -> Page[StatisticsDescription]:
        """List hospitals' reports with their verdicts, newest first; a hospital sees its own."""
        with self._ledger.read() as session:
            return statistics.list_reports(session, caller, task, limit=limit, cursor=cursor)

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
        task = self._catalogue.find(task_name)
        with self._ledger.act(caller.actor) as act:
            row = statistics.report_of(act.session, envoy_named(act.session, envoy_name), task.name, version)
            verdicts.decide(row, choice, reason, by=act.actor, at=act.now)
            kind = StatisticsReleased if choice == "released" else StatisticsWithdrawn
            act.tell(kind(envoy=row.envoy.name, task=row.task, version=row.version, reason=reason))
            starts.renew_start(act, Artifacts(self._blobs, task), task, self._bounds)
            return statistics.describe_report(row)

    def renew_starts(self, act: Act) -> None:
        """Make every task's start follow what counts now."""
        for task in self._catalogue.values():
            starts.renew_undamaged_start(act, Artifacts(self._blobs, task), task, self._bounds)
