"""What everyone starts from: hospitals' statistics → the merged scaler → the current start, moved as either moves."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregation.screening import Bounds
from contract.messages.tasks import Start
from contract.names import Digest, TaskName
from contract.scaler import ScalerState, re_expressed
from contract.tasks import Task
from director.errors import NotFoundError
from director.records.ledger import Act
from director.records.schema import GlobalModelRow, StartRow
from director.tasks.artifacts import Artifacts
from director.tasks.events import StartRenewed
from director.tasks.publications import current_global_model
from director.tasks.statistics import merged_scaler, screen_reports


def current_start(session: Session, task: TaskName) -> StartRow | None:
    """Give the start that holds now."""
    return session.scalars(select(StartRow).where(StartRow.task == task).order_by(StartRow.id.desc()).limit(1)).first()


def the_current_start(session: Session, task: TaskName) -> StartRow:
    """Give the start that holds now.

    Raises:
        NotFoundError: There is none yet.
    """
    row = current_start(session, task)
    if row is None:
        raise NotFoundError(f"Task {task} has no start yet.", hint="Restart the director, then try again.")
    return row


def move_start(act: Act, artifacts: Artifacts, task: Task, bounds: Bounds, minimum_hospitals: int) -> StartRow:
    """Let the start follow the current global model and the reports that count now.

    Not with each report: whoever reads two starts in a row, between which one hospital reported, can compute that
    hospital's numbers. The model is re-expressed behind the merged scaler where it stands behind another one.
    """
    screen_reports(act, task.name, bounds)
    model = current_global_model(act.session, task)
    scaler = merged_scaler(act.session, task.name, bounds, minimum_hospitals)
    if model is None:
        model_sha256 = artifacts.keep_state(task.initial_state())
        scaler_sha256 = artifacts.keep_scaler(scaler) if scaler else None
    else:
        model_sha256, scaler_sha256 = _express(artifacts, model, scaler)
    base = task.base(model_sha256, scaler_sha256)
    version = model.version if model else None
    last = current_start(act.session, task.name)
    if last is not None and (last.base, last.global_version) == (base, version):
        return last
    start = StartRow(
        task=task.name,
        base=base,
        model_sha256=model_sha256,
        scaler_sha256=scaler_sha256,
        global_version=version,
        created_at=act.now,
    )
    act.session.add(start)
    act.tell(
        StartRenewed(task=task.name, base=base, model=model_sha256, scaler=scaler_sha256, version=start.global_version),
        actor="director",
    )
    return start


def is_up_to_date(session: Session, task: Task) -> bool:
    """Tell whether the start is of the current version, or of none, and of the task as it is defined now."""
    last, model = current_start(session, task.name), current_global_model(session, task)
    if last is None or last.base != task.base(last.model_sha256, last.scaler_sha256):
        return False
    return last.global_version == (model.version if model else None)


def start_named(session: Session, task: TaskName, base: Digest) -> StartRow | None:
    """Find a start that was given out, by its name."""
    return session.scalars(
        select(StartRow).where(StartRow.task == task, StartRow.base == base).order_by(StartRow.id.desc()).limit(1)
    ).first()


def shared_starts(session: Session, task: Task) -> Sequence[StartRow]:
    """Give every start before there was a version, as the task is defined now."""
    rows = session.scalars(select(StartRow).where(StartRow.task == task.name, StartRow.global_version.is_(None)))
    return [row for row in rows if row.base == task.base(row.model_sha256, row.scaler_sha256)]


def describe_start(row: StartRow) -> Start:
    """Turn a row into the message."""
    return Start(
        task=row.task,
        base=row.base,
        model_sha256=row.model_sha256,
        scaler_sha256=row.scaler_sha256,
        global_version=row.global_version,
    )


def start_with_file(session: Session, digest: Digest) -> StartRow:
    """Find a start that a file belongs to: only such files may a hospital fetch.

    Raises:
        NotFoundError: No start has it.
    """
    has_it = (StartRow.model_sha256 == digest) | (StartRow.scaler_sha256 == digest)
    kept = select(StartRow).where(has_it, StartRow.pruned_at.is_(None))
    row = session.scalars(kept.order_by(StartRow.id.desc()).limit(1)).first()
    if row is None:
        raise NotFoundError(
            "No start has a file of this digest.", hint="Fetch the task's start anew (GET /tasks/{task}/start)."
        )
    return row


def was_given_out(session: Session, task: Task, base: Digest) -> bool:
    """Tell whether a start of this name was ever given out for the task as it is defined now."""
    return _is_of(task, start_named(session, task.name, base))


def was_agreed(session: Session, task: Task, scaler: Digest) -> bool:
    """Tell whether a start of the task as it is defined now ever had this scaler; one look, however many there were."""
    of_scaler = select(StartRow).where(StartRow.task == task.name, StartRow.scaler_sha256 == scaler)
    return _is_of(task, session.scalars(of_scaler.order_by(StartRow.id.desc()).limit(1)).first())


def _is_of(task: Task, row: StartRow | None) -> bool:
    return row is not None and row.base == task.base(row.model_sha256, row.scaler_sha256)


def _express(artifacts: Artifacts, model: GlobalModelRow, scaler: ScalerState | None) -> tuple[Digest, Digest]:
    """Give the current global model behind the merged scaler."""
    model_sha256, scaler_sha256 = model.digest_of("model"), model.digest_of("scaler")
    old = artifacts.scaler(scaler_sha256)
    if scaler is None or scaler == old:
        return model_sha256, scaler_sha256
    state = re_expressed(artifacts.state(model_sha256), old, scaler)
    return artifacts.keep_state(state), artifacts.keep_scaler(scaler)
