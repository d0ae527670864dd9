"""One upload, from the front desk to the ledger: gate → keep | refuse. Blob, then row with its audit, then view."""

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.errors import FederationError
from contract.messages import Submission
from contract.names import Digest, EnvoyName, TaskName
from contract.tasks import Task
from director.clock import Clock
from director.errors import UploadRejectedError
from director.members.access import Principal
from director.members.registry import describe_submission, envoy_named
from director.records import audit, idempotency
from director.records.blobs import BlobStore
from director.records.database import Database
from director.records.failpoints import reach
from director.records.schema import SubmissionFileRow, SubmissionRow
from director.submissions.arrival import (
    Expectations,
    InspectedUpdate,
    Inspection,
    Parcel,
    find_task,
    inspect,
    read_metadata,
)
from director.submissions.decisions import ADMITTED, REJECTED
from director.tasks.starts import given_out
from director.upkeep.logs import append_training_log
from director.upkeep.views import Views

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Arrival:
    """An upload that the gate let through, on its way into the ledger."""

    caller: Principal
    envoy_name: EnvoyName
    inspection: Inspection
    update: InspectedUpdate
    key: str | None

    @property
    def request(self) -> list[str]:
        """What its Idempotency-Key stands for."""
        return ["upload", self.envoy_name, self.update.identity]


class Intake:
    """Receives uploads.

    Args:
        database: The ledger.
        blobs: The vault.
        views: The friendly paths.
        tasks: The tasks of this federation.
        logs: The folder of the logs.
        clock: The time.
        on_change: Called after a version was added.
    """

    def __init__(
        self,
        *,
        database: Database,
        blobs: BlobStore,
        views: Views,
        tasks: Mapping[TaskName, Task],
        logs: Path,
        clock: Clock,
        on_change: Callable[[], None],
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._views = views
        self._tasks = tasks
        self._logs = logs
        self._clock = clock
        self._on_change = on_change

    def receive(
        self, caller: Principal, envoy_name: EnvoyName, parcel: Parcel, key: str | None = None
    ) -> tuple[Submission, bool]:
        """Judge a parcel and keep it; gives the receipt, and whether a new version was made.

        Raises:
            ForbiddenError: The caller is another hospital.
            UnknownEnvoyError: No such hospital.
            MalformedRequestError: The metadata can't be read.
            UnknownTaskError: The metadata names no task of this federation.
            UploadRejectedError: The gate refused; the previous version stays what it was.
        """
        caller.require_envoy(envoy_name)
        metadata = read_metadata(parcel.metadata)
        task = find_task(self._tasks, metadata.task)
        with self._database.read() as session:
            envoy_name = envoy_named(session, envoy_name).name
            bases, scalers = given_out(session, task)
        reach("gate.begun")
        inspection = inspect(parcel, metadata, Expectations(task, bases, scalers))
        reach("gate.ended")
        if inspection.update is None:
            raise self._refuse(caller, envoy_name, task, inspection)
        arrival = _Arrival(caller, envoy_name, inspection, inspection.update, key)
        with self._database.read() as session:
            known = _known(session, arrival)
            if known is not None:
                return known, False
        receipt, is_new = self._keep_rows(arrival, self._keep_files(arrival.update))
        reach("upload.committed")
        if is_new:
            self._publish_view(receipt, parcel.log)
        return receipt, is_new

    def _keep_files(self, update: InspectedUpdate) -> dict[str, tuple[Digest, int]]:
        parts = {
            "model": update.parcel.model,
            "scaler": update.parcel.scaler,
            "metadata": update.parcel.metadata,
            "log": update.parcel.log,
        }
        return {role: self._blobs.keep(data) for role, data in parts.items() if data is not None}

    def _keep_rows(self, arrival: _Arrival, files: Mapping[str, tuple[Digest, int]]) -> tuple[Submission, bool]:
        caller, update, now = arrival.caller, arrival.update, self._clock()
        with self._database.write() as session:
            known = _known(session, arrival)
            if known is not None:
                return known, False
            # A recovery in another process may have taken a file for an orphan before this row named it.
            if not all(self._blobs.has(digest) for digest, _ in files.values()):
                self._keep_files(update)
            row = self._new_row(session, arrival.envoy_name, update.task, arrival.inspection, now)
            row.version = _next_version(session, row)
            row.verdict, row.parcel = ADMITTED, update.identity
            row.files = [
                SubmissionFileRow(role=role, sha256=digest, bytes=size)
                for role, (digest, size) in sorted(files.items())
            ]
            session.add(row)
            session.flush()
            audit.record(
                session,
                at=now,
                actor=caller.actor,
                act="upload.admit",
                subject=arrival.envoy_name,
                submission=row.id,
                task=row.task,
                version=row.version,
                **{role: digest for role, (digest, _) in sorted(files.items())},
            )
            idempotency.keep(session, caller.actor, arrival.key, arrival.request, row.id, now)
            session.flush()
            reach("upload.written")
            return describe_submission(row), True

    def _refuse(
        self, caller: Principal, envoy_name: EnvoyName, task: Task, inspection: Inspection
    ) -> UploadRejectedError:
        """Put the refusal on record; of the files nothing is kept."""
        failure = inspection.failure or FederationError("refused")
        now = self._clock()
        with self._database.write() as session:
            row = self._new_row(session, envoy_name, task, inspection, now)
            session.add(row)
            session.flush()
            audit.record(
                session,
                at=now,
                actor=caller.actor,
                act="upload.reject",
                subject=envoy_name,
                submission=row.id,
                code=failure.code,
            )
        _log.warning(
            "upload.reject", extra={"facts": {"envoy": envoy_name, "code": failure.code, "submission": row.id}}
        )
        return UploadRejectedError(failure, tuple(inspection.checks), row.id)

    def _new_row(
        self, session: Session, envoy_name: EnvoyName, task: Task, inspection: Inspection, now: datetime
    ) -> SubmissionRow:
        return SubmissionRow(
            id=secrets.token_hex(8),
            envoy=envoy_named(session, envoy_name),
            task=task.name,
            task_digest=task.digest,
            version=None,
            verdict=REJECTED,
            parcel=None,
            base=inspection.metadata.base,
            num_examples=inspection.metadata.num_examples,
            metadata_json=inspection.metadata.model_dump(mode="json"),
            checks=[check.model_dump(mode="json") for check in inspection.checks],
            decision=None,
            created_at=now,
        )

    def _publish_view(self, receipt: Submission, log: bytes | None) -> None:
        facts = {"task": receipt.task, "version": receipt.version, "submission": receipt.id}
        try:
            with self._database.write() as session:
                self._views.show_submission(session, receipt.envoy_name, receipt.task)
        except FederationError:  # the version stands, and the next start mends the view: the sender gets its receipt
            _log.exception("view.failed", extra={"facts": facts})
        heading = {"event": "admitted", "at": receipt.created_at, **facts}
        try:
            append_training_log(self._logs, receipt.envoy_name, heading, log or b"")
        except OSError:  # the version stands and its log is among its files: only the convenience copy is missing
            _log.exception("training_log.failed", extra={"facts": facts})
        _log.info("upload.admit", extra={"facts": {"envoy": receipt.envoy_name, **facts}})
        self._on_change()


def _known(session: Session, arrival: _Arrival) -> Submission | None:
    """Find the same submission, by its key or by what it is."""
    reference = idempotency.find(session, arrival.caller.actor, arrival.key, arrival.request)
    row = session.get(SubmissionRow, reference) if reference else None
    if row is None:
        envoy = envoy_named(session, arrival.envoy_name)
        same = (SubmissionRow.envoy_id == envoy.id, SubmissionRow.parcel == arrival.update.identity)
        row = session.scalars(select(SubmissionRow).where(*same)).first()
    return describe_submission(row) if row is not None else None


def _next_version(session: Session, row: SubmissionRow) -> int:
    newest = session.scalar(
        select(func.max(SubmissionRow.version)).where(
            SubmissionRow.envoy_id == row.envoy.id, SubmissionRow.task == row.task
        )
    )
    return (newest or 0) + 1
