"""What is done about global models and the validation table, for the HTTP interface and the commands alike."""

from typing import Any

from sqlalchemy.orm import Session

from aggregation.errors import AggregationError, NoUpdatesError
from aggregation.strategy import Strategy, strategy_named
from contract.messages.base import Page
from contract.messages.global_models import AggregationRequest, AnswerChoice, GlobalModel
from contract.messages.validation import ValidationTable
from contract.names import AliasName, TaskName
from contract.parts import GlobalFileRole
from contract.tasks import Task
from director.errors import ConflictError
from director.members.access import Principal
from director.members.envoys import envoy_named
from director.models import imported, publishing, validation, versions
from director.models.choice import close_chosen
from director.models.contributions import ClosedSet, Making, close_set
from director.models.draft import combine
from director.models.engine_plan import PlanChoice, PlannedRun, plan_run
from director.models.events import ModelRead
from director.models.keeping import Keeper
from director.models.round_updates import RoundUpdates, require_no_round
from director.models.screened import screen
from director.records import idempotency
from director.records.actors import HOUSE, Actor, HouseName
from director.records.blobs import BlobStore
from director.records.failpoints import reach
from director.records.ledger import Act, Ledger
from director.records.paging import EVERYTHING, Span
from director.records.readings import Readings
from director.records.verdicts import GATE
from director.tasks.artifacts import Artifacts
from director.tasks.catalogue import Catalogue
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
        readings: Where it is put on record who read a file of a version.
    """

    def __init__(
        self,
        ledger: Ledger,
        blobs: BlobStore,
        catalogue: Catalogue,
        tasks: Tasks,
        making: Making,
        readings: Readings,
    ) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._catalogue = catalogue
        self._making = making
        self._readings = readings
        self._keeper = Keeper(ledger, blobs, catalogue, tasks, making)

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
            CallerError: As ``choice.close_chosen`` and ``draft.combine``.
            ConflictError: Fewer hospitals move than a version takes, a round of this task is under way, or what it
                rests on changed all the while.
        """
        task = self._catalogue.find_learned(request.task)
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
                if not request.dry_run:
                    require_no_round(session, task.name)
                closed = close_chosen(session, artifacts, task, request, self._making)
                if not closed.moving:
                    caller.actor.require_right(session, self._ledger.clock())  # there will be no act to ask
                    return self._nothing_new(session, closed), False
            if request.dry_run:
                screened = screen(closed, task, self._making.bounds)
                draft = combine(closed, screened, task, strategy, request, self._making)
                digests = draft.model_sha256, draft.scaler_sha256
                return draft.described(None, self._ledger.clock(), *digests, is_published=False), False
            made = self._make(caller.actor, task, artifacts, closed, strategy, request, key=key, as_asked=as_asked)
            if made is not None:
                return made
        raise _moved_on_meanwhile()

    def combine_round(self, updates: RoundUpdates) -> GlobalModel:
        """Move the global model on by what returned in a round, exactly as ``aggregate`` does by what is current.

        Raises:
            AggregationError: Nothing of it moves the model, none passed the gate, or too few for the strategy.
            ConflictError: The model moved on from another version meanwhile, or fewer hospitals move than a version
                takes.
            DamagedArtifactError: A file is not what it was.
        """
        task = self._catalogue.find(updates.task)
        strategy = strategy_named(updates.strategy, updates.parameters)
        request = AggregationRequest(task=task.name, strategy=updates.strategy, parameters=dict(updates.parameters))
        for _ in range(_TRIES):
            artifacts = Artifacts(self._blobs, task)
            with self._ledger.read() as session:
                rows, agreed = updates.read(session, artifacts)
                closed = close_set(
                    session, artifacts, task, rows, agreed, self._making, is_named=True, base_here=updates.base
                )
            if closed.line.parent != updates.parent:
                raise ConflictError(
                    "Another version became the current one while this round was under way.",
                    hint="Resume the run: its next round begins from what is current now.",
                )
            if len(closed.moving) < max(1, updates.quorum):
                raise NoUpdatesError(
                    f"Of what returned {len(closed.moving)} updates move the model; the quorum is {updates.quorum}.",
                    hint=" ".join(_reasons(closed))[:1000],
                )
            made = self._make(
                HOUSE, task, artifacts, closed, strategy, request, round_id=updates.round_id, also=updates.kept
            )
            if made is not None:
                return made[0]
        raise _moved_on_meanwhile()

    def plan_run(self, task_name: TaskName, choice: PlanChoice) -> PlannedRun:
        """Say what a run under another engine begins from; its model comes in by ``import_model``. Changes nothing.

        Raises:
            UnknownTaskError, TaskRetiredError: Nothing is learned of a task of that name.
            FederationError: As ``engine_plan.plan_run``.
        """
        task = self._catalogue.find_learned(task_name)
        with self._ledger.read() as session:
            return plan_run(session, self._blobs, task, choice, self._making)

    def import_model(
        self, caller: Principal, task_name: TaskName, model: bytes, scaler: bytes, card: bytes
    ) -> GlobalModel:
        """Take a model that the admin's own script or another engine made; publish it unless it must be confirmed.

        The same files again make no second version: the first is the answer, as it stands now.

        Raises:
            FederationError: As ``imported.draft_imported``.
            ConflictError: It averages fewer hospitals than a version takes, or what it rests on changed meanwhile.
        """
        task = self._catalogue.find_learned(task_name)
        known = self.version_imported(task_name, model, scaler, card)
        if known is not None:
            with self._ledger.read() as session:
                caller.actor.require_right(session, self._ledger.clock())  # there will be no act to ask
            return known
        artifacts = Artifacts(self._blobs, task)
        with self._ledger.read() as session:
            require_no_round(session, task.name)
            draft = imported.draft_imported(session, artifacts, task, model, scaler, card, self._making)
        made = self._keeper.keep(caller.actor, artifacts, draft)
        if made is None:
            raise _moved_on_meanwhile()
        return made[0]

    def version_imported(self, task_name: TaskName, model: bytes, scaler: bytes, card: bytes) -> GlobalModel | None:
        """Describe the version that these very files gave before; None: none. Raises as ``import_model``."""
        task = self._catalogue.find_learned(task_name)
        with self._ledger.read() as session:
            row = imported.version_imported(session, task, model, scaler, card)
            return versions.describe_version(session, row, self._catalogue) if row is not None else None

    def publish(self, caller: Principal, task_name: TaskName, version: int, reason: str | None = None) -> GlobalModel:
        """Make a version the current one; an older one is a rollback, and one that was never confirmed takes a reason.

        Raises:
            NotFoundError: No such version.
            ModelStaleError: It was made for another definition of the task.
            InvalidRequestError: It was never published, and there is no reason.
            DamagedArtifactError: Its files are not what they were.
        """
        reach("publish.begun")
        with self._ledger.act(caller.actor, committed="pointer.committed") as act:
            answer = self.publish_within(act, task_name, version, reason)
            reach("publish.written")
        return answer

    def publish_within(self, act: Act, task_name: TaskName, version: int, reason: str | None) -> GlobalModel:
        """Publish as a part of an act that is more than that; raises as ``publish``."""
        return self._keeper.publish(act, self._catalogue.find(task_name), version, reason)

    def begin_anew(self, caller: Principal, task_name: TaskName, reason: str) -> int | None:
        """Let no version be the current one: the task is learned anew, from the shared start.

        Until the next version nothing answers for the federation; every version stays, and can be published again.

        Returns:
            The version that was current; None: none was, and nothing was done.

        Raises:
            UnknownTaskError: No such name.
        """
        task = self._catalogue.find_learned(task_name)
        with self._ledger.act(caller.actor, committed="pointer.committed") as act:
            return self._keeper.begin_anew(act, task, reason)

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
            if self._keeper.confirms(act.session, task, row):
                self._keeper.point_to(act, task, row, reason=publishing.BY_WORD, actor=GATE)
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
        self,
        caller: Principal,
        task_name: TaskName | None,
        *,
        limit: int,
        cursor: str | None,
        alias: AliasName | None = None,
        span: Span = EVERYTHING,
    ) -> Page[GlobalModel]:
        """Describe versions, newest first; with an alias what is called so."""
        with self._ledger.read() as session:
            return versions.list_versions(
                session, caller, self._catalogue, task_name, limit=limit, cursor=cursor, alias=alias, span=span
            )

    def file(self, caller: Principal, task_name: TaskName, version: int, role: GlobalFileRole) -> bytes:
        """Give a file of a version; who read it is put on record.

        Raises:
            NotFoundError: No such version.
            DamagedArtifactError: It is not what it was.
        """
        with self._ledger.read() as session:
            data = self._blobs.read(versions.version_of(session, task_name, version).digest_of(role))
            self._readings.note(session, caller.actor, ModelRead(task=task_name, version=version, part=role))
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
        table = validation.read_table(data, task) if data is not None else None  # nobody waits for this
        notes = validation.notes_on_table(task, table) if table is not None else []
        rows = len(table.labels) if table is not None else 0
        sha256 = self._blobs.keep(data)[0] if data is not None else None
        with self._ledger.act(caller.actor) as act:
            if data is not None and sha256 is not None and not self._blobs.has(sha256):
                self._blobs.keep(data)  # a recovery may have taken it for an orphan before a row named it
            return validation.set_table(act, task, sha256, rows, notes)

    def _nothing_new(self, session: Session, closed: ClosedSet) -> GlobalModel:
        """Answer with the current version; before there is one, that nobody has learned anything is an error."""
        why = _reasons(closed)
        if closed.line.current is None:
            raise NoUpdatesError(
                f"No hospital's model moves the shared start. {' '.join(why)[:1000]}",
                hint="Let the hospitals train from the task's start (GET /tasks/{task}/start), and upload.",
            )
        current = versions.describe_version(session, closed.line.current, self._catalogue)
        note = f"Nothing is new since global model {closed.line.here}: no version was made."
        return current.model_copy(update={"notes": [note, *why]})

    def _make(
        self,
        actor: Actor | HouseName,
        task: Task,
        artifacts: Artifacts,
        closed: ClosedSet,
        strategy: Strategy,
        request: AggregationRequest,
        **keeping: Any,
    ) -> tuple[GlobalModel, bool] | None:
        """Screen, combine and keep; what failed beside the others waits for a person, also where no version is made."""
        screened = screen(closed, task, self._making.bounds)
        try:
            draft = combine(closed, screened, task, strategy, request, self._making)
            return self._keeper.keep(actor, artifacts, draft, **keeping)
        except (AggregationError, ConflictError):
            self._keeper.set_aside(actor, screened)  # there is no version to tell who failed
            raise


def _reasons(closed: ClosedSet) -> list[str]:
    return [f"{each.row.envoy.name}: {each.reason}" for each in closed.standing]


def _moved_on_meanwhile() -> ConflictError:
    return ConflictError(
        "What this version rests on changed while it was computed: another version, a hospital, a verdict or the "
        "validation table.",
        hint="Look at it, then run the command again.",
    )
