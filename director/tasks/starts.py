"""What everyone starts from: hospitals' statistics → the merged scaler → the current start, moved as either moves."""

import logging
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from aggregation.screening import Bounds
from contract.artifacts.model_file import read_model, write_model
from contract.artifacts.scaler_file import read_scaler, write_scaler
from contract.messages import Check, Start, StatisticsReceipt, StatisticsReport
from contract.names import Digest, TaskName
from contract.network import bias_name, weight_name
from contract.scaler import ScalerState, re_express_first_layer
from contract.tasks import Task
from director.errors import DamagedArtifactError, NotFoundError
from director.records import audit
from director.records.blobs import BlobStore
from director.records.schema import EnvoyRow, GlobalModelRow, PublicationRow, StartRow
from director.submissions.decisions import GATE
from director.tasks.statistics import judge_reports, keep_report, merged_scaler

_log = logging.getLogger(__name__)


def take_statistics(
    session: Session,
    blobs: BlobStore,
    task: Task,
    envoy: EnvoyRow,
    report: StatisticsReport,
    *,
    bounds: Bounds,
    now: datetime,
    actor: str,
) -> tuple[StatisticsReceipt, bool]:
    """Keep a hospital's report, judge it beside the others', and move the start; False: the same report again."""
    row, is_new = keep_report(session, task, envoy, report, now=now, actor=actor)
    start = renew_start(session, blobs, task, bounds, now=now)
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
    return receipt, is_new


def current_global_model(session: Session, task: Task) -> GlobalModelRow | None:
    """Give the global model that counts: the published one, unless the task has been defined anew since."""
    row = published(session, task.name)
    return row if row is not None and row.task_digest == task.digest else None


def published(session: Session, task: TaskName) -> GlobalModelRow | None:
    """Give the version that was published last."""
    row = session.scalars(
        select(PublicationRow).where(PublicationRow.task == task).order_by(PublicationRow.id.desc()).limit(1)
    ).first()
    return row.global_model if row else None


def current_start(session: Session, task: TaskName) -> StartRow | None:
    """Give the start that holds now."""
    return session.scalars(select(StartRow).where(StartRow.task == task).order_by(StartRow.id.desc()).limit(1)).first()


def renew_start(session: Session, blobs: BlobStore, task: Task, bounds: Bounds, *, now: datetime) -> StartRow:
    """Make the start follow the current global model and the merged scaler, within the caller's write transaction.

    Hospitals' reports are held against each other first. The model is re-expressed behind the merged scaler where it
    stands behind another one.
    """
    judge_reports(session, task.name, bounds, now=now, actor=GATE)
    model, scaler = current_global_model(session, task), merged_scaler(session, task.name, bounds)
    if model is None:
        model_sha256, _ = blobs.keep(write_model(task.initial_state(), task.layout))
        scaler_sha256 = blobs.keep(write_scaler(scaler))[0] if scaler else None
    else:
        model_sha256, scaler_sha256 = _express(blobs, task, model, scaler)
    base = task.base(model_sha256, scaler_sha256)
    last = current_start(session, task.name)
    if last is not None and last.base == base:
        return last
    start = StartRow(
        task=task.name,
        base=base,
        model_sha256=model_sha256,
        scaler_sha256=scaler_sha256,
        global_version=model.version if model else None,
        created_at=now,
    )
    session.add(start)
    session.flush()
    named = {"base": base, "model": model_sha256, "scaler": scaler_sha256, "version": start.global_version}
    audit.record(session, at=now, actor="director", act="start.renew", subject=task.name, **named)
    return start


def start_named(session: Session, task: TaskName, base: Digest) -> StartRow | None:
    """Find a start that was given out, by its name."""
    return session.scalars(
        select(StartRow).where(StartRow.task == task, StartRow.base == base).order_by(StartRow.id.desc()).limit(1)
    ).first()


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
    row = session.scalars(select(StartRow).where(has_it).order_by(StartRow.id.desc()).limit(1)).first()
    if row is None:
        raise NotFoundError("No start has a file of this digest.", hint="Fetch GET /tasks/{task}/start anew.")
    return row


def given_out(session: Session, task: Task) -> tuple[frozenset[Digest], frozenset[Digest]]:
    """Give every base and every scaler that was ever given out for the task as it is defined now."""
    rows = session.scalars(select(StartRow).where(StartRow.task == task.name))
    starts = [row for row in rows if row.base == task.base(row.model_sha256, row.scaler_sha256)]
    scalers = frozenset(row.scaler_sha256 for row in starts if row.scaler_sha256 is not None)
    return frozenset(row.base for row in starts), scalers


def renew_all(
    session: Session, blobs: BlobStore, tasks: Mapping[TaskName, Task], bounds: Bounds, *, now: datetime
) -> None:
    """Make every task's start follow, for example after a cut point was moved."""
    for task in tasks.values():
        try:
            renew_start(session, blobs, task, bounds, now=now)
        except DamagedArtifactError as error:  # the last start holds on; fsck and whoever asks for the model say more
            _log.error("start.damaged", extra={"facts": {"task": task.name, "why": error.sentence}})


def _express(blobs: BlobStore, task: Task, model: GlobalModelRow, scaler: ScalerState | None) -> tuple[Digest, Digest]:
    """Give the current global model behind the merged scaler."""
    old = read_scaler(blobs.read(model.scaler_sha256), len(task.features))
    if scaler is None or scaler == old:
        return model.model_sha256, model.scaler_sha256
    state = dict(read_model(blobs.read(model.model_sha256), task.layout))
    weight, bias = re_express_first_layer(state[weight_name(0)], state[bias_name(0)], old, scaler)
    state[weight_name(0)], state[bias_name(0)] = weight.astype("float32"), bias.astype("float32")
    return blobs.keep(write_model(state, task.layout))[0], blobs.keep(write_scaler(scaler))[0]
