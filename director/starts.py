"""What everyone starts from: hospitals' statistics → the merged scaler → the current start, moved as either moves."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from aggregation.scaling import merge_scalers
from contract.architecture import bias_name, weight_name
from contract.messages import Start, StatisticsReceipt, StatisticsReport
from contract.model_file import read_model, write_model
from contract.names import Digest, TaskName
from contract.scaler import ScalerState, re_express_first_layer
from contract.scaler_file import read_scaler, write_scaler
from contract.tasks import Task
from director import audit
from director.blobs import BlobStore
from director.errors import DamagedArtifactError, MalformedRequestError
from director.gate import require_examples
from director.schema import EnvoyRow, GlobalModelRow, PublicationRow, StartRow, StatisticsRow

_log = logging.getLogger(__name__)


def check_statistics(report: StatisticsReport, task: Task) -> ScalerState:
    """Hold a report against the task: no rows within the features' bounds could have other means or deviations.

    Raises:
        MalformedRequestError: Another number of features, or a value that no such rows have.
        ExamplesOutOfBoundsError: Fewer or more rows than the task takes.
    """
    features = task.features
    if len(report.mean) != len(features) or len(report.m2) != len(features):
        raise MalformedRequestError(
            f"mean and m2 must have {len(features)} values each.", hint=f"In the order of GET /tasks/{task.name}."
        )
    require_examples(task, report.num_examples)
    for feature, mean, m2 in zip(features, report.mean, report.m2, strict=True):
        widest = report.num_examples * (feature.maximum - feature.minimum) ** 2 / 4  # half at each end
        if not feature.minimum <= mean <= feature.maximum or m2 > widest * (1 + 1e-9):
            raise MalformedRequestError(
                f"No {feature.unit} between {feature.minimum:g} and {feature.maximum:g} have this mean and m2.",
                hint="m2 is the sum of squared deviations from the mean.",
                feature=feature.name,
            )
    return ScalerState.from_moments(report.num_examples, report.mean, report.m2)


def keep_statistics(
    session: Session,
    blobs: BlobStore,
    task: Task,
    envoy: EnvoyRow,
    report: StatisticsReport,
    *,
    now: datetime,
    actor: str,
) -> tuple[StatisticsReceipt, bool]:
    """Keep a hospital's report and move the start; the same report again changes nothing (False)."""
    last = session.scalars(
        select(StatisticsRow)
        .where(StatisticsRow.envoy_id == envoy.id, StatisticsRow.task == task.name)
        .order_by(StatisticsRow.version.desc())
        .limit(1)
    ).first()
    mean, m2 = list(report.mean), list(report.m2)
    is_new = last is None or (last.num_examples, last.mean, last.m2) != (report.num_examples, mean, m2)
    if last is None or is_new:
        last = StatisticsRow(
            envoy=envoy,
            task=task.name,
            version=last.version + 1 if last else 1,
            num_examples=report.num_examples,
            mean=mean,
            m2=m2,
            created_at=now,
        )
        session.add(last)
        session.flush()
        audit.record(
            session,
            at=now,
            actor=actor,
            act="statistics.keep",
            subject=envoy.name,
            task=task.name,
            version=last.version,
        )
    start = renew_start(session, blobs, task, now=now)
    merged = Digest.of(write_scaler(merge_scalers(_reported(session, task.name))))
    receipt = StatisticsReceipt(
        envoy_name=envoy.name,
        task=task.name,
        version=last.version,
        num_examples=last.num_examples,
        scaler_sha256=merged,
        base=start.base,
        created_at=last.created_at,
    )
    return receipt, is_new


def merged_scaler(session: Session, task: TaskName) -> ScalerState | None:
    """Merge the newest statistics of every hospital that is not disabled; None while nobody has sent any."""
    reported = _reported(session, task)
    return merge_scalers(reported) if reported else None


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


def renew_start(session: Session, blobs: BlobStore, task: Task, *, now: datetime) -> StartRow:
    """Make the start follow the current global model and the merged scaler, within the caller's write transaction.

    The model is re-expressed behind the merged scaler where it stands behind another one.
    """
    model, scaler = current_global_model(session, task), merged_scaler(session, task.name)
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
    return start


def describe_start(row: StartRow) -> Start:
    """Turn a row into the message."""
    return Start(
        task=row.task,
        base=row.base,
        model_sha256=row.model_sha256,
        scaler_sha256=row.scaler_sha256,
        global_version=row.global_version,
    )


def is_part_of_a_start(session: Session, digest: Digest) -> bool:
    """Tell whether a hospital may fetch this file."""
    found = select(func.count()).where((StartRow.model_sha256 == digest) | (StartRow.scaler_sha256 == digest))
    return bool(session.scalar(found))


def given_out(session: Session, task: Task) -> tuple[frozenset[Digest], frozenset[Digest]]:
    """Give every base and every scaler that was ever given out for the task as it is defined now."""
    rows = session.scalars(select(StartRow).where(StartRow.task == task.name))
    starts = [row for row in rows if row.base == task.base(row.model_sha256, row.scaler_sha256)]
    scalers = frozenset(row.scaler_sha256 for row in starts if row.scaler_sha256 is not None)
    return frozenset(row.base for row in starts), scalers


def renew_all(session: Session, blobs: BlobStore, tasks: Mapping[TaskName, Task], *, now: datetime) -> None:
    """Make every task's start follow, for example after a cut point was moved."""
    for task in tasks.values():
        try:
            renew_start(session, blobs, task, now=now)
        except DamagedArtifactError as error:  # the last start holds on; fsck and whoever asks for the model say more
            _log.error("start.damaged", extra={"facts": {"task": task.name, "why": error.sentence}})


def _reported(session: Session, task: TaskName) -> Sequence[ScalerState]:
    newest = (
        select(StatisticsRow.envoy_id, func.max(StatisticsRow.version).label("version"))
        .where(StatisticsRow.task == task)
        .group_by(StatisticsRow.envoy_id)
        .subquery()
    )
    rows = session.scalars(
        select(StatisticsRow)
        .join(newest, (StatisticsRow.envoy_id == newest.c.envoy_id) & (StatisticsRow.version == newest.c.version))
        .join(EnvoyRow, EnvoyRow.id == StatisticsRow.envoy_id)
        .where(StatisticsRow.task == task, EnvoyRow.disabled_at.is_(None))
    ).unique()
    return [ScalerState.from_moments(row.num_examples, tuple(row.mean), tuple(row.m2)) for row in rows]


def _express(blobs: BlobStore, task: Task, model: GlobalModelRow, scaler: ScalerState | None) -> tuple[Digest, Digest]:
    """Give the current global model behind the merged scaler."""
    old = read_scaler(blobs.read(model.scaler_sha256), len(task.features))
    if scaler is None or scaler == old:
        return model.model_sha256, model.scaler_sha256
    state = dict(read_model(blobs.read(model.model_sha256), task.layout))
    weight, bias = re_express_first_layer(state[weight_name(0)], state[bias_name(0)], old, scaler)
    state[weight_name(0)], state[bias_name(0)] = weight.astype("float32"), bias.astype("float32")
    return blobs.keep(write_model(state, task.layout))[0], blobs.keep(write_scaler(scaler))[0]
