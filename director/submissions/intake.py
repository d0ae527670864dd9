"""One upload on its way in: its bytes judged by themselves, then kept or refused. Blob, then row with its event."""

import secrets
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.errors import FederationError
from contract.messages.base import Verdict
from contract.messages.uploads import Submission, UploadMetadata
from contract.names import Digest, EnvoyName
from contract.parts import FileRole, Parcel
from contract.tasks import Task
from director.errors import RoundClosedError, UploadRejectedError
from director.members.access import Principal
from director.members.envoys import envoy_named
from director.records import idempotency
from director.records.actors import HOUSE
from director.records.blobs import BlobStore
from director.records.failpoints import reach
from director.records.ledger import Act, Ledger
from director.records.references import referred_digests
from director.records.schema import EnvoyRow, SubmissionFileRow, SubmissionRow
from director.records.verdicts import ADMITTED, REJECTED
from director.submissions.arrival import Expectations, InspectedUpdate, Inspection, inspect, read_metadata
from director.submissions.events import UploadAdmitted, UploadRejected
from director.submissions.kept import describe_submission
from director.submissions.quota import Quota
from director.tasks.catalogue import Catalogue
from director.tasks.starts import was_agreed, was_given_out

_Files = Mapping[FileRole, tuple[Digest, int]]
"""Digest and bytes of each kept part."""


@dataclass(frozen=True)
class _Arrival:
    """An upload that passed, on its way into the records."""

    caller: Principal
    envoy_name: EnvoyName
    inspection: Inspection
    update: InspectedUpdate
    key: str | None

    @property
    def request(self) -> list[str]:
        """What its Idempotency-Key stands for."""
        return ["upload", self.envoy_name, self.update.identity]


class Returns(Protocol):
    """Where updates for a round are taken; rounds are a later stage, which hands this one in."""

    def check(self, session: Session, envoy: EnvoyRow, metadata: UploadMetadata) -> None:
        """Refuse an update that no round takes; it knows of none where the metadata names none.

        Raises:
            RoundClosedError: It came too late.
            CallerError: There is no such round, or it does not wait for this.
        """
        ...

    def take(self, act: Act, submission: SubmissionRow, metadata: UploadMetadata) -> None:
        """Take a kept upload as a hospital's update of a round, in the act that keeps it; raises as ``check``."""
        ...

    def note_refused(self, caller: Principal, envoy_name: EnvoyName, metadata: UploadMetadata) -> None:
        """Put on record that an update came too late."""
        ...


class Intake:
    """Receives uploads.

    Args:
        ledger: The rows.
        blobs: The files.
        catalogue: The tasks of this federation.
        returns: Where updates for a round are taken.
        quota: What a hospital may take of the disk.
    """

    def __init__(self, ledger: Ledger, blobs: BlobStore, catalogue: Catalogue, returns: Returns, quota: Quota) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._catalogue = catalogue
        self._returns = returns
        self._quota = quota

    def receive(
        self, caller: Principal, envoy_name: EnvoyName, parcel: Parcel, key: str | None
    ) -> tuple[Submission, bool]:
        """Judge a parcel and keep it; gives the receipt, and whether a new version was made.

        Raises:
            ForbiddenError: The caller is another hospital.
            UnknownEnvoyError: No such hospital.
            MalformedRequestError: The metadata can't be read.
            UnknownTaskError: The metadata names no task of this federation.
            UploadRejectedError: It was refused; the previous version stays what it was.
            RoundClosedError, ConflictError: The round that it is for does not take it; nothing is kept.
            QuotaReachedError: The hospital's share of the disk is used up; nothing is kept.
            UnauthenticatedError: The caller's token was revoked meanwhile; nothing is kept.
        """
        caller.require_envoy(envoy_name)
        metadata = read_metadata(parcel["metadata"])
        try:
            with self._ledger.coming():  # the updates of a round come at the same time
                return self._receive(caller, envoy_name, parcel, metadata, key)
        except RoundClosedError:
            self._returns.note_refused(caller, envoy_name, metadata)
            raise

    def _receive(
        self, caller: Principal, envoy_name: EnvoyName, parcel: Parcel, metadata: UploadMetadata, key: str | None
    ) -> tuple[Submission, bool]:
        task = self._catalogue.find_learned(metadata.task)
        with self._ledger.read() as session:
            envoy = envoy_named(session, envoy_name)
            envoy_name = envoy.name
            self._returns.check(session, envoy, metadata)
            is_base_known = was_given_out(session, task, metadata.base)
        reach("gate.begun")
        expected = Expectations(task, is_base_known, partial(self._was_agreed, task))
        inspection = inspect(parcel, metadata, expected)
        reach("gate.ended")
        if inspection.update is None:
            raise self._refuse(caller, envoy_name, task, inspection)
        arrival = _Arrival(caller, envoy_name, inspection, inspection.update, key)
        files = self._keep_files(inspection.update.parcel)
        digests = {digest for digest, _ in files.values()}
        try:
            receipt, is_new = self._keep_rows(arrival, files)
        except FederationError:
            self._drop_unnamed(digests)
            raise
        if not is_new:  # the same model may have come with other words about it, such as a later moment
            self._drop_unnamed(digests)
        return receipt, is_new

    def _was_agreed(self, task: Task, scaler: Digest) -> bool:
        with self._ledger.read() as session:
            return was_agreed(session, task, scaler)

    def _keep_files(self, parcel: Parcel) -> _Files:
        return {role: self._blobs.keep(data) for role, data in parcel.parts.items()}

    def _drop_unnamed(self, digests: Set[Digest]) -> None:
        """Remove the files of an upload that made no version; who names one meanwhile keeps it again."""
        with self._ledger.act(HOUSE) as act:
            for digest in digests - referred_digests(act.session, digests):
                self._blobs.remove(digest)

    def _keep_rows(self, arrival: _Arrival, files: _Files) -> tuple[Submission, bool]:
        update = arrival.update
        with self._ledger.act(arrival.caller.actor, committed="upload.committed") as act:
            envoy = envoy_named(act.session, arrival.envoy_name)
            known = _known(act.session, arrival, envoy)
            if known is not None:
                self._keep_again(known, update.parcel)
                self._returns.take(act, known, update.metadata)
                return describe_submission(known), False
            # A recovery in another process may have taken a file for an orphan before this row named it.
            if not all(self._blobs.has(digest) for digest, _ in files.values()):
                self._keep_files(update.parcel)
            row = _add_row(act, envoy, update.task, arrival.inspection, ADMITTED)
            row.version, row.parcel = _next_version(act.session, row), update.identity
            row.files = [
                SubmissionFileRow(role=role, sha256=digest, bytes=size)
                for role, (digest, size) in sorted(files.items())
            ]
            self._quota.take(envoy, sum(file.bytes for file in row.files))
            act.tell(
                UploadAdmitted(
                    envoy=arrival.envoy_name,
                    submission=row.id,
                    task=row.task,
                    version=row.version,
                    files={role: digest for role, (digest, _) in files.items()},
                )
            )
            idempotency.keep(act, arrival.key, arrival.request, row.id)
            act.session.flush()
            self._returns.take(act, row, update.metadata)
            reach("upload.written")
            return describe_submission(row), True

    def _keep_again(self, known: SubmissionRow, parcel: Parcel) -> None:
        """Keep the files of what was pruned, for it has come again and may count.

        A text that came with other words this time is not the one that went: its row stays pruned.
        """
        gone = [file for file in known.files if file.pruned_at is not None]
        again = [file for file in gone if parcel.digests.get(file.role) == file.sha256]
        if again:
            self._keep_files(parcel)
            is_version_again = len(gone) == len(known.files)
            self._quota.take(known.envoy, sum(file.bytes for file in again), versions=int(is_version_again))
            for file in again:
                file.pruned_at = None

    def _refuse(
        self, caller: Principal, envoy_name: EnvoyName, task: Task, inspection: Inspection
    ) -> UploadRejectedError:
        """Put the refusal on record; of the files nothing is kept."""
        failure = inspection.failure or FederationError("refused")
        with self._ledger.act(caller.actor) as act:
            envoy = envoy_named(act.session, envoy_name)
            row = _add_row(act, envoy, task, inspection, REJECTED)
            act.tell(UploadRejected(envoy=envoy_name, submission=row.id, code=failure.code))
            self._quota.forget_refused(act.session, envoy)
        return UploadRejectedError(failure, tuple(inspection.checks), row.id)


def _add_row(act: Act, envoy: EnvoyRow, task: Task, inspection: Inspection, verdict: Verdict) -> SubmissionRow:
    row = SubmissionRow(
        id=secrets.token_hex(8),
        envoy=envoy,
        task=task.name,
        task_digest=task.digest,
        version=None,
        verdict=verdict,
        parcel=None,
        base=inspection.metadata.base,
        num_examples=inspection.metadata.num_examples,
        metadata_json=inspection.metadata.model_dump(mode="json"),
        checks=[check.model_dump(mode="json") for check in inspection.checks],
        decision=None,
        created_at=act.now,
    )
    act.session.add(row)
    return row


def _known(session: Session, arrival: _Arrival, envoy: EnvoyRow) -> SubmissionRow | None:
    """Find the same submission, by its key or by what it is."""
    reference = idempotency.find(session, arrival.caller.actor, arrival.key, arrival.request)
    row = session.get(SubmissionRow, reference) if reference else None
    if row is None:
        same = (SubmissionRow.envoy_id == envoy.id, SubmissionRow.parcel == arrival.update.identity)
        row = session.scalars(select(SubmissionRow).where(*same)).first()
    return row


def _next_version(session: Session, row: SubmissionRow) -> int:
    newest = session.scalar(
        select(func.max(SubmissionRow.version)).where(
            SubmissionRow.envoy_id == row.envoy.id, SubmissionRow.task == row.task
        )
    )
    return (newest or 0) + 1
