"""Global versions: kept with their lineage, published, rolled back (which is the same act), described."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.artifacts.model_file import model_file_parts
from contract.artifacts.scaler_file import write_scaler
from contract.errors import FederationError
from contract.messages import AggregationRequest, GlobalModel, HeldOut, ModelInput, Page
from contract.names import Digest, TaskName
from contract.tasks import Task
from director.clock import Clock
from director.errors import NotFoundError
from director.members.access import ADMIN, Principal
from director.members.registry import page_of
from director.models.draft import Draft, Policy, draft_average
from director.models.imported import draft_imported
from director.records import audit, idempotency
from director.records.blobs import BlobStore
from director.records.database import Database
from director.records.failpoints import reach
from director.records.schema import GlobalModelRow, PublicationRow, SubmissionRow
from director.submissions.arrival import find_task
from director.submissions.decisions import ADMITTED, judge, may_be_quarantined
from director.tasks.starts import published, renew_start
from director.upkeep.views import Views

_log = logging.getLogger(__name__)

_LINEAGE = tuple(
    name for name, field in ModelInput.model_fields.items() if field.is_required() or name == "counted_examples"
)
"""What everybody may know of a hospital's part."""


class GlobalModels:
    """Makes, keeps, publishes and describes global models.

    Args:
        database: The ledger.
        blobs: The vault.
        views: The friendly paths.
        tasks: The tasks of this federation.
        policy: What the director is set to.
        clock: The time.
        on_change: Called after the pointer moved.
    """

    def __init__(
        self,
        *,
        database: Database,
        blobs: BlobStore,
        views: Views,
        tasks: Mapping[TaskName, Task],
        policy: Policy,
        clock: Clock,
        on_change: Callable[[], None],
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._views = views
        self._tasks = tasks
        self._policy = policy
        self._clock = clock
        self._on_change = on_change

    def aggregate(self, caller: Principal, request: AggregationRequest, key: str | None = None) -> GlobalModel:
        """Average current models into a new global version and publish it; with ``dry_run`` only say what would be.

        What fails beside the other hospitals' goes into quarantine in the same act.

        Raises:
            UnknownTaskError: No such task.
            CallerError: As ``council.draft_average``.
        """
        task = find_task(self._tasks, request.task)
        as_asked = ["aggregate", request.model_dump_json()]
        reach("aggregate.begun")
        with self._database.read() as session:
            earlier = idempotency.find(session, caller.actor, key, as_asked)
            if earlier is not None:
                return self._describe(session, self._row(session, task.name, int(earlier)))
            draft = draft_average(session, self._blobs, task, request, self._policy)
        return self._preview(draft) if request.dry_run else self._keep(caller, draft, key, as_asked)

    def import_model(
        self, caller: Principal, task_name: TaskName, model: bytes, scaler: bytes, card: bytes
    ) -> GlobalModel:
        """Take and publish a model that the admin's own script made.

        Raises:
            FederationError: As ``council.draft_imported``.
        """
        with self._database.read() as session:
            draft = draft_imported(session, self._blobs, find_task(self._tasks, task_name), model, scaler, card)
        return self._keep(caller, draft, None, ())

    def publish(self, caller: Principal, task_name: TaskName, version: int) -> GlobalModel:
        """Make a version the current one; an older one is a rollback.

        Raises:
            NotFoundError: No such version.
            DamagedArtifactError: Its files are not what they were.
        """
        task = find_task(self._tasks, task_name)
        reach("publish.begun")
        with self._database.write() as session:
            row = self._row(session, task.name, version)
            self._blobs.check(row.model_sha256)
            self._blobs.check(row.scaler_sha256)
            current = published(session, task.name)
            if current is None or current.version != version:
                self._point_to(session, caller, task, row)
            answer = self._describe(session, row)
            reach("publish.written")
        self._after(task, "model.publish", version)
        return answer

    def get(self, caller: Principal, task_name: TaskName, version: int) -> GlobalModel:
        """Describe one version, as far as the caller may know it."""
        with self._database.read() as session:
            return _as_seen_by(caller, self._describe(session, self._row(session, task_name, version)))

    def page(self, caller: Principal, task_name: TaskName | None, limit: int, cursor: str | None) -> Page[GlobalModel]:
        """Describe versions, newest first."""
        query = select(GlobalModelRow).order_by(GlobalModelRow.id.desc())
        if task_name is not None:
            query = query.where(GlobalModelRow.task == task_name)
        with self._database.read() as session:
            rows, following = page_of(session, query, limit, cursor)
            return Page(items=[_as_seen_by(caller, self._describe(session, row)) for row in rows], next=following)

    def file(self, caller: Principal, task_name: TaskName, version: int, part: str) -> bytes:
        """Give ``model`` or ``scaler`` of a version; reading a model is put on record."""
        with self._database.read() as session:
            row = self._row(session, task_name, version)
            data = self._blobs.read(row.model_sha256 if part == "model" else row.scaler_sha256)
        subject = f"{task_name} {version}"
        with self._database.write() as session:
            audit.record(session, at=self._clock(), actor=caller.actor, act="model.read", subject=subject, part=part)
        return data

    def _preview(self, draft: Draft) -> GlobalModel:
        card = draft.card(draft.model_sha256)
        return GlobalModel.model_validate({**card, "version": None, "created_at": self._clock(), "published": False})

    def _keep(self, caller: Principal, draft: Draft, key: str | None, as_asked: Sequence[str]) -> GlobalModel:
        task = draft.task
        model_sha256, scaler_sha256 = self._keep_files(draft)
        reach("aggregate.kept")
        now = self._clock()
        with self._database.write() as session:
            earlier = idempotency.find(session, caller.actor, key, as_asked)
            if earlier is not None:
                return self._describe(session, self._row(session, task.name, int(earlier)))
            if not (self._blobs.has(model_sha256) and self._blobs.has(scaler_sha256)):
                self._keep_files(draft)  # a recovery may have taken them for orphans before this row named them
            newest = session.scalar(select(func.max(GlobalModelRow.version)).where(GlobalModelRow.task == task.name))
            version = (newest or 0) + 1
            card = draft.card(model_sha256) | {"version": version, "created_at": now.isoformat()}
            row = GlobalModelRow(
                task=task.name,
                task_digest=task.digest,
                version=version,
                strategy=draft.strategy,
                parameters=card["parameters"],
                scaler=draft.scaler_choice,
                model_sha256=model_sha256,
                scaler_sha256=scaler_sha256,
                card_sha256=self._blobs.keep(json.dumps(card, indent=2).encode() + b"\n")[0],
                num_examples=draft.num_examples,
                inputs=card["inputs"],
                quarantined=card["quarantined"],
                metrics=card["metrics"],
                held_out=card["held_out"],
                created_at=now,
            )
            session.add(row)
            session.flush()
            audit.record(
                session,
                at=now,
                actor=caller.actor,
                act="model.aggregate",
                subject=f"{task.name} {version}",
                model=model_sha256,
                scaler=scaler_sha256,
                inputs=[each.model_sha256 for each in draft.inputs],
                quarantined=[each.model_sha256 for each in draft.quarantined],
            )
            self._quarantine(session, caller, draft)
            idempotency.keep(session, caller.actor, key, as_asked, str(version), now)
            self._point_to(session, caller, task, row)
            answer = self._describe(session, row)
            reach("aggregate.written")
        self._after(task, "model.aggregate", version, draft.quarantined)
        return answer

    def _quarantine(self, session: Session, caller: Principal, draft: Draft) -> None:
        """Let what failed wait for a person, unless one has spoken meanwhile."""
        for each in draft.quarantined:
            row = session.get_one(SubmissionRow, each.submission_id)
            if row.verdict == ADMITTED and may_be_quarantined(row):
                judge(session, row, each.checks, now=self._clock(), actor=caller.actor)

    def _keep_files(self, draft: Draft) -> tuple[Digest, Digest]:
        model_sha256, _ = self._blobs.keep(model_file_parts(draft.state, draft.task.layout))
        scaler_sha256, _ = self._blobs.keep(write_scaler(draft.scaler))
        return model_sha256, scaler_sha256

    def _point_to(self, session: Session, caller: Principal, task: Task, row: GlobalModelRow) -> None:
        """Move the pointer, and the start with it."""
        now, subject = self._clock(), f"{task.name} {row.version}"
        session.add(PublicationRow(task=task.name, global_model=row, actor=caller.actor, created_at=now))
        session.flush()
        audit.record(session, at=now, actor=caller.actor, act="model.publish", subject=subject, model=row.model_sha256)
        renew_start(session, self._blobs, task, self._policy.bounds, now=now)

    def _after(self, task: Task, event: str, version: int, quarantined: Sequence[ModelInput] = ()) -> None:
        reach("pointer.committed")
        facts = {"task": task.name, "version": version}
        try:
            with self._database.write() as session:
                self._views.show_global_model(session, task.name)
                for each in quarantined:
                    self._views.show_submission(session, each.envoy_name, task.name)
        except FederationError:  # the pointer has moved, and the next start mends the view
            _log.exception("view.failed", extra={"facts": facts})
        _log.info(event, extra={"facts": facts})
        for each in quarantined:
            about = {"envoy": each.envoy_name, "submission": each.submission_id, "version": each.version}
            _log.warning("upload.quarantine", extra={"facts": about})
        self._on_change()

    def _describe(self, session: Session, row: GlobalModelRow) -> GlobalModel:
        current = published(session, row.task)
        return GlobalModel(
            task=row.task,
            version=row.version,
            strategy=row.strategy,
            parameters=row.parameters,
            scaler=row.scaler,
            sha256=row.model_sha256,
            scaler_sha256=row.scaler_sha256,
            num_examples=row.num_examples,
            inputs=[ModelInput.model_validate(each) for each in row.inputs],
            quarantined=[ModelInput.model_validate(each) for each in row.quarantined],
            metrics=row.metrics,
            held_out=HeldOut.model_validate(row.held_out) if row.held_out else None,
            created_at=row.created_at,
            published=current is not None and current.id == row.id,
            notice=self._tasks[row.task].notice if row.task in self._tasks else "",
        )

    def _row(self, session: Session, task: TaskName, version: int) -> GlobalModelRow:
        row = session.scalars(
            select(GlobalModelRow).where(GlobalModelRow.task == task, GlobalModelRow.version == version)
        ).first()
        if row is None:
            raise NotFoundError(f"Task {task} has no global model {version}.", hint="See GET /global_models.")
        return row


def _as_seen_by(caller: Principal, model: GlobalModel) -> GlobalModel:
    """Leave out what compares hospitals, and their confusion matrices: of few patients they say too much of each."""
    if caller.role == ADMIN:
        return model
    metrics = {
        name: {key: value for key, value in found.items() if name == caller.envoy_name or not isinstance(value, list)}
        for name, found in model.metrics.items()
    }
    inputs = [ModelInput(**{name: getattr(each, name) for name in _LINEAGE}) for each in model.inputs]
    return model.model_copy(update={"metrics": metrics, "inputs": inputs, "quarantined": []})
