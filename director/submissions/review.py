"""A person's release or reject of what waits in quarantine, and what follows: the view, the start, the answers."""

from collections.abc import Callable, Mapping

from aggregation.screening import Bounds
from contract.messages import StatisticsDescription, Submission
from contract.names import EnvoyName, TaskName
from contract.tasks import Task
from director.clock import Clock
from director.members.access import Principal
from director.members.registry import describe_submission, envoy_named, submission_with_id
from director.records.blobs import BlobStore
from director.records.database import Database
from director.submissions import decisions
from director.submissions.arrival import find_task
from director.tasks.starts import renew_start
from director.tasks.statistics import describe_report, report_of
from director.upkeep.views import Views


class Review:
    """Carries out a person's decisions.

    Args:
        database: The ledger.
        blobs: The vault.
        views: The friendly paths.
        tasks: The tasks of this federation.
        bounds: The gate's.
        clock: The time.
        on_change: Called after what counts has changed.
    """

    def __init__(
        self,
        *,
        database: Database,
        blobs: BlobStore,
        views: Views,
        tasks: Mapping[TaskName, Task],
        bounds: Bounds,
        clock: Clock,
        on_change: Callable[[], None],
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._views = views
        self._tasks = tasks
        self._bounds = bounds
        self._clock = clock
        self._on_change = on_change

    def release_submission(self, caller: Principal, submission_id: str, reason: str) -> Submission:
        """Let a quarantined model count from now on.

        Raises:
            NotFoundError: There is no such submission.
            ConflictError: It is not in quarantine.
        """
        return self._decide_submission(caller, submission_id, reason, decisions.release)

    def reject_submission(self, caller: Principal, submission_id: str, reason: str) -> Submission:
        """Take a model out for good, from quarantine or from what counts.

        Raises:
            NotFoundError: There is no such submission.
            ConflictError: It is rejected already.
        """
        return self._decide_submission(caller, submission_id, reason, decisions.reject)

    def release_statistics(
        self, caller: Principal, envoy_name: EnvoyName, task_name: TaskName, version: int, reason: str
    ) -> StatisticsDescription:
        """Let a quarantined report count in the common scaler; raises as ``release_submission``."""
        return self._decide_statistics(caller, envoy_name, task_name, version, reason, decisions.release)

    def reject_statistics(
        self, caller: Principal, envoy_name: EnvoyName, task_name: TaskName, version: int, reason: str
    ) -> StatisticsDescription:
        """Take a report out of the common scaler; raises as ``reject_submission``."""
        return self._decide_statistics(caller, envoy_name, task_name, version, reason, decisions.reject)

    def _decide_submission(
        self, caller: Principal, submission_id: str, reason: str, decide: decisions.Decide
    ) -> Submission:
        with self._database.write() as session:
            row = submission_with_id(session, submission_id, caller)
            decide(session, row, reason, now=self._clock(), actor=caller.actor)
            answer = describe_submission(row)
        with self._database.write() as session:
            self._views.show_submission(session, answer.envoy_name, answer.task)
        self._on_change()
        return answer

    def _decide_statistics(
        self,
        caller: Principal,
        envoy_name: EnvoyName,
        task_name: TaskName,
        version: int,
        reason: str,
        decide: decisions.Decide,
    ) -> StatisticsDescription:
        task = find_task(self._tasks, task_name)
        with self._database.write() as session:
            row = report_of(session, envoy_named(session, envoy_name), task.name, version)
            decide(session, row, reason, now=self._clock(), actor=caller.actor)
            renew_start(session, self._blobs, task, self._bounds, now=self._clock())
            answer = describe_report(row)
        self._on_change()
        return answer
