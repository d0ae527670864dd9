"""Global versions: kept with their lineage, pointed to, described as far as who asks may know."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contract.messages.base import Page
from contract.messages.global_models import GlobalModel, Lineage, ModelInput
from contract.names import AliasName, Digest, EnvoyName, TaskName
from contract.parts import GlobalFileRole
from contract.tasks import Task
from director.errors import ModelStaleError, NoModelError, NotFoundError
from director.members.access import ADMIN, Principal
from director.models.aliases import aliases_in, version_called
from director.models.departures import learned_from, marks
from director.models.draft import Draft
from director.models.events import ModelAggregated
from director.models.publishing import answers_to, is_waiting, require_reason
from director.records.ledger import Act
from director.records.paging import EVERYTHING, Span, page_of
from director.records.schema import GlobalModelFileRow, GlobalModelRow
from director.tasks.catalogue import Catalogue
from director.tasks.publications import published

_FOR_EVERYBODY = tuple(
    name
    for name, field in ModelInput.model_fields.items()
    if field.is_required() or name in ("counted_examples", "bound")
)
"""What everybody may know of a hospital's part."""


def next_version(session: Session, task: TaskName) -> int:
    """Give the number of the version that comes next."""
    return (session.scalar(select(func.max(GlobalModelRow.version)).where(GlobalModelRow.task == task)) or 0) + 1


def add_version(
    act: Act, draft: Draft, version: int, files: Mapping[GlobalFileRole, Digest], round_id: int | None = None
) -> GlobalModelRow:
    """Put a draft whose files are kept on record as a version; with the round that gives it, if one does."""
    lineage = draft.lineage
    row = GlobalModelRow(
        task=draft.task.name,
        task_digest=draft.task.digest,
        version=version,
        round_id=round_id,
        created_at=act.now,
        files=[GlobalModelFileRow(role=role, sha256=sha256) for role, sha256 in sorted(files.items())],
        **lineage.model_dump(mode="json"),
    )
    act.session.add(row)
    act.tell(
        ModelAggregated(
            task=row.task,
            version=version,
            model=files["model"],
            scaler=files["scaler"],
            inputs=tuple(each.model_sha256 for each in lineage.inputs),
            quarantined=tuple(each.model_sha256 for each in lineage.quarantined),
        )
    )
    return row


def same_as(session: Session, draft: Draft, model: Digest) -> GlobalModelRow | None:
    """Find a version that waits and is the draft over again: moved on from the same version, to the same model."""
    rows = session.scalars(
        select(GlobalModelRow)
        .join(GlobalModelFileRow, GlobalModelFileRow.global_model_id == GlobalModelRow.id)
        .where(GlobalModelRow.task == draft.task.name, GlobalModelRow.task_digest == draft.task.digest)
        .where(GlobalModelRow.parent.is_not_distinct_from(draft.lineage.parent))
        .where(GlobalModelFileRow.role == "model", GlobalModelFileRow.sha256 == model)
        .order_by(GlobalModelRow.id.desc())
    )
    return next((row for row in rows if is_waiting(session, row)), None)


def version_of(session: Session, task: TaskName, version: int) -> GlobalModelRow:
    """Find a version.

    Raises:
        NotFoundError: There is none of that number.
    """
    row = session.scalars(
        select(GlobalModelRow).where(GlobalModelRow.task == task, GlobalModelRow.version == version)
    ).first()
    if row is None:
        raise NotFoundError(f"Task {task} has no global model {version}.", hint="See GET /global_models.")
    return row


def require_defined_so(row: GlobalModelRow, task: Task) -> None:
    """Let no version count that was made for another definition of its task.

    Raises:
        ModelStaleError: It was, for cut points that were moved since.
    """
    if row.task_digest != task.digest:
        raise ModelStaleError(
            f"Global model {row.version} is stale: it was made for another definition of {task.name}, whose cut points "
            "have moved since, or which was added anew.",
            hint="Let the hospitals train for the task as it is now, then aggregate anew; or set the cut points back "
            "(settings: tasks) and restart the director.",
            version=row.version,
        )


def require_publishable(session: Session, task: Task, version: int, reason: str | None) -> GlobalModelRow:
    """Find a version that a person may make the current one.

    Raises:
        NotFoundError: No such version.
        ModelStaleError: It was made for another definition of the task.
        InvalidRequestError: It was never published, and there is no reason.
    """
    row = version_of(session, task.name, version)
    require_defined_so(row, task)
    require_reason(session, row, reason)
    return row


def list_versions(
    session: Session,
    caller: Principal,
    catalogue: Catalogue,
    task: TaskName | None,
    *,
    limit: int,
    cursor: str | None,
    alias: AliasName | None = None,
    span: Span = EVERYTHING,
) -> Page[GlobalModel]:
    """Give a page of the versions, newest first, as far as the caller may know them; of those alone that are called so.

    Args:
        session: A transaction.
        caller: Who asks.
        catalogue: The tasks of this federation.
        task: Of this one alone; None: of all.
        limit: How many at most.
        cursor: Where the page begins.
        alias: What they are called; None: whatever they are called.
        span: When they were made.
    """
    query = select(GlobalModelRow)
    if task is not None:
        query = query.where(GlobalModelRow.task == task)
    if alias is not None:
        query = query.where(GlobalModelRow.id.in_(_called(session, catalogue, alias)))
    # once a task, not once a version
    names = cache(lambda name: aliases_in(session, catalogue, name))
    learned = cache(lambda name: learned_from(session, name))
    return page_of(
        session,
        query,
        (GlobalModelRow.id,),
        lambda row: as_seen_by(caller, describe_version(session, row, catalogue, names(row.task), learned(row.task))),
        limit=limit,
        cursor=cursor,
        newest_first=True,
        at=GlobalModelRow.created_at,
        span=span,
    )


def _called(session: Session, catalogue: Catalogue, alias: AliasName) -> list[int]:
    """Give the rows' ids of what is called so, in each task."""
    found = []
    for task in catalogue.values():
        with suppress(NotFoundError, NoModelError):
            found.append(version_called(session, task, alias).id)
    return found


def describe_version(
    session: Session,
    row: GlobalModelRow,
    catalogue: Catalogue,
    names: Mapping[int, list[AliasName]] | None = None,
    learned: Mapping[int, Sequence[EnvoyName]] | None = None,
) -> GlobalModel:
    """Turn a row into the message.

    Args:
        session: A transaction.
        row: It.
        catalogue: The tasks of this federation.
        names: The aliases of its task's versions, where they are known already.
        learned: Which of them learned from whom that has left since, likewise.
    """
    task = catalogue.get(row.task)
    is_stale = catalogue.is_stale(row.task, row.task_digest)
    current = published(session, row.task)
    if names is None:
        names = aliases_in(session, catalogue, row.task)
    if learned is None:
        learned = learned_from(session, row.task)
    lineage = {name: getattr(row, name) for name in Lineage.model_fields}
    withdrawn = learned.get(row.version, ())
    marked = [mark for mark in marks(withdrawn) if mark not in row.notes]
    return GlobalModel(
        task=row.task,
        version=row.version,
        sha256=row.digest_of("model"),
        scaler_sha256=row.digest_of("scaler"),
        created_at=row.created_at,
        published=not is_stale and current is not None and current.id == row.id,
        stale=is_stale,
        waiting=not is_stale and is_waiting(session, row),
        answers=list(answers_to(session, row)),
        round=row.round_id,
        aliases=names.get(row.id, []),
        note=row.note,
        notice=task.notice if task is not None else "",
        withdrawn=list(withdrawn),
        **{**lineage, "notes": [*marked, *row.notes]},
    )


def as_seen_by(caller: Principal, model: GlobalModel) -> GlobalModel:
    """Leave out what compares hospitals, and their confusion matrices: of few patients they say too much of each."""
    if caller.role == ADMIN:
        return model
    metrics = {
        name: {key: value for key, value in found.items() if name == caller.envoy_name or not isinstance(value, list)}
        for name, found in model.metrics.items()
    }
    shown = {
        "metrics": metrics,
        "inputs": [_for_everybody(each) for each in model.inputs],
        "standing": [_for_everybody(each, with_reason=each.envoy_name == caller.envoy_name) for each in model.standing],
        "quarantined": [],
        "note": None,  # it may speak of hospitals
        "withdrawn": [],  # the notes say it, and an envoy of the version before takes no further field
        "engine_run": None,  # likewise
    }
    return model.model_copy(update=shown)


def _for_everybody(each: ModelInput, *, with_reason: bool = False) -> ModelInput:
    shown = ModelInput(**{name: getattr(each, name) for name in _FOR_EVERYBODY})
    return shown.model_copy(update={"reason": each.reason}) if with_reason else shown
