"""What is done about global models and the validation table, for the HTTP interface and the commands alike."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from aggregation.errors import AggregationError, NoUpdatesError
from aggregation.strategy import strategy_named
from contract.messages.base import Page
from contract.messages.global_models import AggregationRequest, AnswerChoice, GlobalModel, ModelInput
from contract.messages.validation import ValidationTable
from contract.names import Digest, TaskName
from contract.parts import GlobalFileRole
from contract.tasks import Task
from director.errors import ConflictError
from director.members.access import Principal
from director.members.envoys import envoy_named
from director.models import publishing, validation, versions
from director.models.contributions import ClosedSet, Making, close_set
from director.models.draft import Draft, combine
from director.models.events import ModelRead
from director.models.freshness import do_count, still_stands
from director.models.imported import draft_imported
from director.models.screened import Screened, screen
from director.records import idempotency
from director.records.blobs import BlobStore
from director.records.failpoints import reach
from director.records.ledger import Act, Ledger
from director.records.references import referred_digests
from director.records.schema import GlobalModelRow, SubmissionRow
from director.records.verdicts import ADMITTED, GATE, follow_checks, may_be_quarantined
from director.submissions.events import UploadQuarantined
from director.tasks.artifacts import Artifacts
from director.tasks.catalogue import Catalogue
from director.tasks.publications import current_global_model
from director.tasks.service import Tasks

_TRIES = 3
"""How often an aggregate is computed anew where what it rests on changed meanwhile."""


class Models:
    """Makes, keeps, publishes and describes global models.

    Args:
        ledger: The rows.
        blobs: The files.
        catalogue: The tasks of this federation.
        tasks: Whose starts follow what is published.
        making: How versions are made and published.
    """

    def __init__(self, ledger: Ledger, blobs: BlobStore, catalogue: Catalogue, tasks: Tasks, making: Making) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._catalogue = catalogue
        self._tasks = tasks
        self._making = making

    def aggregate(
        self, caller: Principal, request: AggregationRequest, key: str | None = None
    ) -> tuple[GlobalModel, bool]:
        """Move the global model on by what is new, and publish it unless it must be confirmed first.

        What fails beside the other hospitals' goes into quarantine in the same act. With ``dry_run`` it only says what
        would be. Where nothing is new no version is made, and the current one is the answer.

        Returns:
            The version, preview or current version, and whether a version was made.

        Raises:
            UnknownTaskError, UnknownStrategyError: No such name.
            CallerError: As ``contributions.close_set`` and ``draft.combine``.
            ConflictError: Fewer hospitals move than a version takes, or what it rests on changed all the while.
        """
        task = self._catalogue.find(request.task)
        as_asked = ["aggregate", request.model_dump_json()]
        strategy = strategy_named(request.strategy or self._making.strategy, request.parameters)
        reach("aggregate.begun")
        for _ in range(_TRIES):
            artifacts = Artifacts(self._blobs, task)
            with self._ledger.read() as session:
                earlier = idempotency.find(session, caller.actor, key, as_asked)
                if earlier is not None:
                    row = versions.version_of(session, task.name, int(earlier))
                    return versions.describe_version(session, row, self._catalogue), True
                closed = close_set(session, artifacts, task, request, self._making)
                if not closed.moving:
                    caller.actor.require_right(session, self._ledger.clock())  # there will be no act to ask
                    return self._nothing_new(session, closed), False
            screened = screen(closed, task, self._making.bounds)
            if request.dry_run:
                draft = combine(closed, screened, task, strategy, request, self._making)
                digests = draft.model_sha256, draft.scaler_sha256
                return draft.described(None, self._ledger.clock(), *digests, is_published=False), False
            try:
                draft = combine(closed, screened, task, strategy, request, self._making)
                made = self._keep(caller, artifacts, draft, key, as_asked)
            except (AggregationError, ConflictError):
                self._set_aside(caller, screened)  # there is no version to tell who failed
                raise
            if made is not None:
                return made
        raise _moved_on_meanwhile()

    def import_model(
        self, caller: Principal, task_name: TaskName, model: bytes, scaler: bytes, card: bytes
    ) -> GlobalModel:
        """Take a model that the admin's own script made, and publish it unless it must be confirmed first.

        Raises:
            FederationError: As ``imported.draft_imported``.
            ConflictError: It averages fewer hospitals than a version takes, or what it rests on changed meanwhile.
        """
        task = self._catalogue.find(task_name)
        artifacts = Artifacts(self._blobs, task)
        with self._ledger.read() as session:
            draft = draft_imported(session, artifacts, task, model, scaler, card, self._making)
        made = self._keep(caller, artifacts, draft, None, ())
        if made is None:
            raise _moved_on_meanwhile()
        return made[0]

    def publish(self, caller: Principal, task_name: TaskName, version: int, reason: str | None = None) -> GlobalModel:
        """Make a version the current one; an older one is a rollback, and one that was never confirmed takes a reason.

        Raises:
            NotFoundError: No such version.
            ConflictError: It was made for another definition of the task.
            InvalidRequestError: It was never published, and there is no reason.
            DamagedArtifactError: Its files are not what they were.
        """
        task = self._catalogue.find(task_name)
        reach("publish.begun")
        with self._ledger.act(caller.actor, committed="pointer.committed") as act:
            row = versions.version_of(act.session, task.name, version)
            versions.require_defined_so(row, task)
            publishing.require_reason(act.session, row, reason)
            current = current_global_model(act.session, task)
            if current is None or current.version != version:
                self._point_to(act, task, row, reason=reason)
            else:
                self._check_files(row)
            answer = versions.describe_version(act.session, row, self._catalogue)
            reach("publish.written")
        return answer

    def answer(self, caller: Principal, task_name: TaskName, version: int, answer: AnswerChoice) -> GlobalModel:
        """Take a hospital's word on a version; the last one that was missing may publish it.

        Raises:
            NotFoundError: No such version.
            UnknownEnvoyError: The caller is no hospital of this federation.
        """
        task = self._catalogue.find(task_name)
        with self._ledger.act(caller.actor) as act:
            row = versions.version_of(act.session, task.name, version)
            publishing.keep_answer(act, row, envoy_named(act.session, caller.own_envoy), answer)
            if self._confirms(act.session, task, row):
                self._point_to(act, task, row, reason=publishing.BY_WORD, actor=GATE)
            return versions.as_seen_by(caller, versions.describe_version(act.session, row, self._catalogue))

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

    def _nothing_new(self, session: Session, closed: ClosedSet) -> GlobalModel:
        """Answer with the current version; before there is one, that nobody has learned anything is an error."""
        why = [f"{each.row.envoy.name}: {each.reason}" for each in closed.standing]
        if closed.line.current is None:
            raise NoUpdatesError(
                f"No hospital's model moves the shared start. {' '.join(why)[:1000]}",
                hint="Let the hospitals train from the start that GET /tasks/{task}/start gives, and upload.",
            )
        current = versions.describe_version(session, closed.line.current, self._catalogue)
        note = f"Nothing is new since global model {closed.line.here}: no version was made."
        return current.model_copy(update={"notes": [note, *why]})

    def _set_aside(self, caller: Principal, screened: Sequence[Screened]) -> None:
        """Let what failed wait for a person, where no version is made that would say so."""
        failed = [each.as_input(None) for each in screened if not each.counts]
        if failed:
            with self._ledger.act(caller.actor) as act:
                _quarantine(act, failed)

    def _keep(
        self, caller: Principal, artifacts: Artifacts, draft: Draft, key: str | None, as_asked: Sequence[str]
    ) -> tuple[GlobalModel, bool] | None:
        """Make a draft a version; None: what it rests on is no longer so, and it must be computed anew."""
        task, inputs = draft.task, draft.lineage.inputs
        if len(inputs) < self._making.minimum_hospitals:
            raise ConflictError(
                f"{len(inputs)} hospitals would make this version, and it takes {self._making.minimum_hospitals}.",
                hint="Wait for more hospitals to upload; or lower minimum_hospitals, which shows more of each.",
            )
        files = _keep_files(artifacts, draft)
        reach("aggregate.kept")
        with self._ledger.act(caller.actor, committed="pointer.committed") as act:
            earlier = idempotency.find(act.session, caller.actor, key, as_asked)
            if earlier is not None:
                self._drop_unnamed(act, files)
                row = versions.version_of(act.session, task.name, int(earlier))
                return versions.describe_version(act.session, row, self._catalogue), True
            if not still_stands(act.session, task, draft):
                self._drop_unnamed(act, files)
                return None
            waiting = versions.same_as(act.session, draft, files["model"])
            if waiting is not None:
                self._drop_unnamed(act, files)
                return self._looked_at_again(act, task, waiting, draft), False
            if not all(self._blobs.has(digest) for digest in files.values()):
                _keep_files(artifacts, draft)  # a recovery may have taken them for orphans before this row named them
            version, is_published = versions.next_version(act.session, task.name), self._publishes(draft)
            described = draft.described(version, act.now, files["model"], files["scaler"], is_published=is_published)
            card = described.model_dump_json(indent=2, exclude={"published", "waiting", "answers"}).encode() + b"\n"
            row = versions.add_version(act, draft, version, {**files, "card": self._blobs.keep(card)[0]})
            _quarantine(act, draft.lineage.quarantined)
            idempotency.keep(act, key, as_asked, str(version))
            if is_published:
                publishing.point_to(act, row)
                self._tasks.move_start(act, task, artifacts)
            act.session.flush()
            answer = versions.describe_version(act.session, row, self._catalogue)
            reach("aggregate.written")
        return answer, True

    def _looked_at_again(self, act: Act, task: Task, waiting: GlobalModelRow, draft: Draft) -> GlobalModel:
        """Judge a version that waits by what is set now, where an aggregate comes to the same model once more."""
        waiting.held_out = draft.lineage.held_out.model_dump(mode="json") if draft.lineage.held_out else None
        note = f"Nothing is new: global model {waiting.version} is the same, and waits to be confirmed."
        if self._publishes(draft):
            self._point_to(act, task, waiting, reason=publishing.BY_SETTING, actor=GATE)
            note = f"Global model {waiting.version}, which waited, is the same; nothing holds it back any more."
        found = versions.describe_version(act.session, waiting, self._catalogue)
        return found.model_copy(update={"notes": [note, *found.notes]})

    def _point_to(
        self, act: Act, task: Task, row: GlobalModelRow, *, reason: str | None = None, actor: str | None = None
    ) -> None:
        """Make a version that is kept the current one, if its files are what they were; the start moves with it."""
        self._check_files(row)
        publishing.point_to(act, row, reason=reason, actor=actor)
        self._tasks.move_start(act, task)
        act.session.flush()

    def _check_files(self, row: GlobalModelRow) -> None:
        for role in ("model", "scaler"):
            self._blobs.check(row.digest_of(role))

    def _drop_unnamed(self, act: Act, files: Mapping[GlobalFileRole, Digest]) -> None:
        """Remove the files of a draft that becomes no version; whoever names one meanwhile keeps it again first."""
        for digest in set(files.values()) - referred_digests(act.session):
            self._blobs.remove(digest)

    def _publishes(self, draft: Draft) -> bool:
        """Tell whether a version is published in the act that makes it: always, or where the table accepts it."""
        if self._making.publish == "at_once":
            return True
        return draft.on_the_table is not None and draft.on_the_table.passed

    def _confirms(self, session: Session, task: Task, row: GlobalModelRow) -> bool:
        """Tell whether the hospitals' word publishes a version now: where it must be confirmed and no table speaks."""
        return (
            self._making.publish == "confirmed"
            and validation.describe_table(session, task).sha256 is None
            and row.task_digest == task.digest
            and do_count(session, [each["submission_id"] for each in row.inputs])
            and publishing.is_waiting(session, row)
            and publishing.is_confirmed(session, row)
        )


def _keep_files(artifacts: Artifacts, draft: Draft) -> Mapping[GlobalFileRole, Digest]:
    return {"model": artifacts.keep_state(draft.state), "scaler": artifacts.keep_scaler(draft.scaler)}


def _moved_on_meanwhile() -> ConflictError:
    return ConflictError(
        "What this version rests on changed while it was computed: another version, a hospital, a verdict or the "
        "validation table.",
        hint="Look at it, then run the command again.",
    )


def _quarantine(act: Act, failed: Sequence[ModelInput]) -> None:
    """Let what failed wait for a person, unless one has spoken meanwhile."""
    for each in failed:
        row = act.session.get_one(SubmissionRow, each.submission_id)
        if row.verdict == ADMITTED and may_be_quarantined(row) and follow_checks(row, each.checks):
            names = tuple(check.name for check in each.checks if not check.passed)
            act.tell(
                UploadQuarantined(
                    envoy=row.envoy.name,
                    submission=row.id,
                    task=row.task,
                    version=row.version or 0,
                    failed=names,
                )
            )
