"""What is done about global models and the validation table, for the HTTP interface and the commands alike."""

from collections.abc import Mapping, Sequence

from aggregation.screening import Bounds
from aggregation.strategy import strategy_named
from contract.messages.base import Page
from contract.messages.global_models import AggregationRequest, GlobalModel
from contract.messages.validation import ValidationTable
from contract.names import Digest, TaskName
from contract.parts import GlobalFileRole
from contract.tasks import Task
from director.members.access import Principal
from director.models import validation, versions
from director.models.contributions import close_set
from director.models.draft import Draft, combine
from director.models.events import ModelRead
from director.models.imported import draft_imported
from director.models.screened import screen
from director.records import idempotency
from director.records.blobs import BlobStore
from director.records.failpoints import reach
from director.records.ledger import Act, Ledger
from director.records.schema import GlobalModelRow, SubmissionRow
from director.records.verdicts import ADMITTED, follow_checks, may_be_quarantined
from director.submissions.events import UploadQuarantined
from director.tasks.artifacts import Artifacts
from director.tasks.catalogue import Catalogue
from director.tasks.publications import published
from director.tasks.starts import renew_start


class Models:
    """Makes, keeps, publishes and describes global models.

    Args:
        ledger: The rows.
        blobs: The files.
        catalogue: The tasks of this federation.
        strategy: How an aggregate combines unless it is asked otherwise.
        bounds: What the gate still takes for honest.
    """

    def __init__(self, ledger: Ledger, blobs: BlobStore, catalogue: Catalogue, strategy: str, bounds: Bounds) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._catalogue = catalogue
        self._strategy = strategy
        self._bounds = bounds

    def aggregate(self, caller: Principal, request: AggregationRequest, key: str | None = None) -> GlobalModel:
        """Average current models into a new global version and publish it; with ``dry_run`` only say what would be.

        What fails beside the other hospitals' goes into quarantine in the same act.

        Raises:
            UnknownTaskError, UnknownStrategyError: No such name.
            CallerError: As ``contributions.close_set`` and ``draft.combine``.
        """
        task = self._catalogue.find(request.task)
        as_asked, artifacts = ["aggregate", request.model_dump_json()], Artifacts(self._blobs, task)
        reach("aggregate.begun")
        with self._ledger.read() as session:
            earlier = idempotency.find(session, caller.actor, key, as_asked)
            if earlier is not None:
                row = versions.version_of(session, task.name, int(earlier))
                return versions.describe_version(session, row, self._catalogue)
            strategy = strategy_named(request.strategy or self._strategy, request.parameters)
            closed = close_set(session, artifacts, task, request, self._bounds)
            draft = combine(closed, screen(closed, task, self._bounds), task, strategy, request, self._bounds)
        if request.dry_run:
            return draft.described(None, self._ledger.clock(), draft.model_sha256, draft.scaler_sha256)
        return self._keep(caller, artifacts, draft, key, as_asked)

    def import_model(
        self, caller: Principal, task_name: TaskName, model: bytes, scaler: bytes, card: bytes
    ) -> GlobalModel:
        """Take and publish a model that the admin's own script made.

        Raises:
            FederationError: As ``imported.draft_imported``.
        """
        task = self._catalogue.find(task_name)
        artifacts = Artifacts(self._blobs, task)
        with self._ledger.read() as session:
            draft = draft_imported(session, artifacts, task, model, scaler, card)
        return self._keep(caller, artifacts, draft, None, ())

    def publish(self, caller: Principal, task_name: TaskName, version: int) -> GlobalModel:
        """Make a version the current one; an older one is a rollback.

        Raises:
            NotFoundError: No such version.
            DamagedArtifactError: Its files are not what they were.
        """
        task = self._catalogue.find(task_name)
        reach("publish.begun")
        with self._ledger.act(caller.actor, committed="pointer.committed") as act:
            row = versions.version_of(act.session, task.name, version)
            for role in ("model", "scaler"):
                self._blobs.check(row.digest_of(role))
            current = published(act.session, task.name)
            if current is None or current.version != version:
                self._point_to(act, Artifacts(self._blobs, task), task, row)
            answer = versions.describe_version(act.session, row, self._catalogue)
            reach("publish.written")
        return answer

    def get(self, caller: Principal, task_name: TaskName, version: int) -> GlobalModel:
        """Describe one version, as far as the caller may know it.

        Raises:
            NotFoundError: No such version.
        """
        with self._ledger.read() as session:
            row = versions.version_of(session, task_name, version)
            return versions.as_seen_by(caller, versions.describe_version(session, row, self._catalogue))

    def list(
        self, caller: Principal, task_name: TaskName | None, *, limit: int, cursor: str | None
    ) -> Page[GlobalModel]:
        """Describe versions, newest first."""
        with self._ledger.read() as session:
            return versions.list_versions(session, caller, self._catalogue, task_name, limit=limit, cursor=cursor)

    def file(self, caller: Principal, task_name: TaskName, version: int, role: GlobalFileRole) -> bytes:
        """Give a file of a version; who read it is put on record.

        Raises:
            NotFoundError: No such version.
            DamagedArtifactError: It is not what it was.
        """
        with self._ledger.read() as session:
            data = self._blobs.read(versions.version_of(session, task_name, version).digest_of(role))
        with self._ledger.act(caller.actor) as act:
            act.tell(ModelRead(task=task_name, version=version, part=role))
        return data

    def validation_table(self, task_name: TaskName) -> ValidationTable:
        """Say which validation table holds."""
        task = self._catalogue.find(task_name)
        with self._ledger.read() as session:
            return validation.describe_table(session, task)

    def set_validation_table(self, caller: Principal, task_name: TaskName, data: bytes | None) -> ValidationTable:
        """Hold every model against this table from now on, or with None against none.

        Raises:
            CallerError: As ``validation.read_table``.
        """
        task = self._catalogue.find(task_name)
        rows = len(validation.read_table(data, task).labels) if data is not None else 0  # nobody waits for this
        sha256 = self._blobs.keep(data)[0] if data is not None else None
        with self._ledger.act(caller.actor) as act:
            if data is not None and sha256 is not None and not self._blobs.has(sha256):
                self._blobs.keep(data)  # a recovery may have taken it for an orphan before a row named it
            return validation.set_table(act, task, sha256, rows)

    def _keep(
        self, caller: Principal, artifacts: Artifacts, draft: Draft, key: str | None, as_asked: Sequence[str]
    ) -> GlobalModel:
        task = draft.task
        files = _keep_files(artifacts, draft)
        reach("aggregate.kept")
        with self._ledger.act(caller.actor, committed="pointer.committed") as act:
            earlier = idempotency.find(act.session, caller.actor, key, as_asked)
            if earlier is not None:
                row = versions.version_of(act.session, task.name, int(earlier))
                return versions.describe_version(act.session, row, self._catalogue)
            if not all(self._blobs.has(digest) for digest in files.values()):
                _keep_files(artifacts, draft)  # a recovery may have taken them for orphans before this row named them
            version = versions.next_version(act.session, task.name)
            described = draft.described(version, act.now, files["model"], files["scaler"])
            card = described.model_dump_json(indent=2, exclude={"published"}).encode() + b"\n"
            row = versions.add_version(act, draft, version, {**files, "card": self._blobs.keep(card)[0]})
            _quarantine(act, draft)
            idempotency.keep(act, key, as_asked, str(version))
            self._point_to(act, artifacts, task, row)
            answer = versions.describe_version(act.session, row, self._catalogue)
            reach("aggregate.written")
        return answer

    def _point_to(self, act: Act, artifacts: Artifacts, task: Task, row: GlobalModelRow) -> None:
        """Move the pointer, and the start with it."""
        versions.point_to(act, row)
        renew_start(act, artifacts, task, self._bounds)


def _keep_files(artifacts: Artifacts, draft: Draft) -> Mapping[GlobalFileRole, Digest]:
    return {"model": artifacts.keep_state(draft.state), "scaler": artifacts.keep_scaler(draft.scaler)}


def _quarantine(act: Act, draft: Draft) -> None:
    """Let what failed wait for a person, unless one has spoken meanwhile."""
    for each in draft.lineage.quarantined:
        row = act.session.get_one(SubmissionRow, each.submission_id)
        if row.verdict == ADMITTED and may_be_quarantined(row) and follow_checks(row, each.checks):
            failed = tuple(check.name for check in each.checks if not check.passed)
            act.tell(
                UploadQuarantined(
                    envoy=row.envoy.name,
                    submission=row.id,
                    task=row.task,
                    version=row.version or 0,
                    failed=failed,
                )
            )
